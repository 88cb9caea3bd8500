/** The door to Lingui: which language is spoken, its words loaded when first needed (those of the administration's screens apart), and the look-up by id. */
import { type I18n, setupI18n } from '@lingui/core'
import type { Language } from '../../core/profile.ts'

export type Words = typeof import('./words/ja.json') & typeof import('./words/admin/ja.json')
export type MessageId = keyof Words
export type Say = (id: MessageId, values?: Record<string, string | number>) => string

const STORED = 'mimamori.language'
const LOADERS: Record<Language, () => Promise<{ default: Record<string, string> }>> = {
  ja: () => import('./words/ja.json'),
  ko: () => import('./words/ko.json'),
  en: () => import('./words/en.json'),
}
/** Words that only some screens say, by the folder that holds them. */
export type WordsPart = 'admin'
const PARTS: Record<WordsPart, typeof LOADERS> = {
  admin: {
    ja: () => import('./words/admin/ja.json'),
    ko: () => import('./words/admin/ko.json'),
    en: () => import('./words/admin/en.json'),
  },
}
const isLanguage = (text: string | null | undefined): text is Language =>
  text === 'ja' || text === 'ko' || text === 'en'

/** A spoken language: a new object whenever it changes, so that React sees the change by identity. */
export interface Spoken {
  language: Language
  say: Say
  /** Beside those that every screen says. */
  parts: ReadonlySet<WordsPart>
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
  const needed = new Set<WordsPart>()
  const speak = (language: Language, parts: readonly WordsPart[]): Spoken => ({
    language,
    say: (id, values) => i18n._(id, values),
    parts: new Set(parts),
  })
  let spoken: Spoken = speak(first, [])
  let wanted = first

  const choose = async (language: Language): Promise<void> => {
    wanted = language
    const parts = [...needed]
    const loaded = await Promise.all([LOADERS[language](), ...parts.map(part => PARTS[part][language]())])
    // Another language, or another part, was asked for while these were on the way.
    if (wanted !== language || parts.length !== needed.size) return
    const words: Record<string, string> = Object.assign({}, ...loaded.map(module => module.default))
    i18n = setupI18n({ locale: language, messages: { [language]: words } })
    spoken = speak(language, parts)
    onChange(language)
    for (const listener of listeners) listener()
  }
  return {
    first,
    /** True once the user (not the browser) has chosen. */
    isChosen: isLanguage(stored),
    current: (): Spoken => spoken,
    choose,
    /** A screen that says these words is about to be shown. */
    need: async (part: WordsPart): Promise<void> => {
      if (needed.has(part)) return
      needed.add(part)
      // What could not be loaded is asked for again by the next screen.
      await choose(wanted).catch(error => {
        needed.delete(part)
        throw error
      })
    },
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
