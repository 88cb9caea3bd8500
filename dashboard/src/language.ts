/** The door to Lingui: which language is spoken, its words loaded when first needed, and the look-up by id. */
import { type I18n, setupI18n } from '@lingui/core'
import type { Language } from '../../core/profile.ts'

export type Words = typeof import('./words/ja.json')
export type MessageId = keyof Words
export type Say = (id: MessageId, values?: Record<string, string | number>) => string

const STORED = 'mimamori.language'
const LOADERS: Record<Language, () => Promise<{ default: Record<string, string> }>> = {
  ja: () => import('./words/ja.json'),
  ko: () => import('./words/ko.json'),
  en: () => import('./words/en.json'),
}
const isLanguage = (text: string | null | undefined): text is Language =>
  text === 'ja' || text === 'ko' || text === 'en'

/** A spoken language: a new object whenever it changes, so that React sees the change by identity. */
export interface Spoken {
  language: Language
  say: Say
}

export interface LanguageDeps {
  storage: Pick<Storage, 'getItem' | 'setItem'>
  /** The browser's languages, best first. */
  preferred: readonly string[]
  /** Told of each change, for the document's `lang`. */
  onChange: (language: Language) => void
}

/** Starts with the stored choice, else the browser's first known language, else Japanese. Call `choose` once before the first paint. */
export function createLanguage({ storage, preferred, onChange }: LanguageDeps) {
  const stored = storage.getItem(STORED)
  const first = isLanguage(stored) ? stored : (preferred.map(tag => tag.slice(0, 2)).find(isLanguage) ?? 'ja')
  const listeners = new Set<() => void>()
  let i18n: I18n = setupI18n()
  const speak = (language: Language): Spoken => ({ language, say: (id, values) => i18n._(id, values) })
  let spoken: Spoken = speak(first)

  const choose = async (language: Language): Promise<void> => {
    const words = (await LOADERS[language]()).default
    i18n = setupI18n({ locale: language, messages: { [language]: words } })
    spoken = speak(language)
    onChange(language)
    for (const listener of listeners) listener()
  }
  return {
    first,
    /** True once the user (not the browser) has chosen. */
    isChosen: isLanguage(stored),
    current: (): Spoken => spoken,
    choose,
    /** The user's own choice: kept for the next visit. */
    keep: (language: Language): Promise<void> => {
      storage.setItem(STORED, language)
      return choose(language)
    },
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
export type LanguageChoice = ReturnType<typeof createLanguage>
