/** The languages' own names: the same in every language, so outside the catalogues. */
import type { Language } from '../../../core/profile.ts'

export const LANGUAGE_NAMES: Record<Language, string> = { ja: '日本語', ko: '한국어', en: 'English' }
