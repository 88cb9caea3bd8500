/** Light by day, night by night: automatic by the facility's clock (21:00–06:00), unless the user chose. */
import { wallClock } from '../../core/time.ts'

export const THEME_CHOICES = ['auto', 'light', 'night'] as const
export type ThemeChoice = (typeof THEME_CHOICES)[number]
export type Theme = 'light' | 'night'
const STORED = 'mimamori.theme'
const NIGHT_FROM = 21
const NIGHT_TO = 6

/** The night shift, 21:00–06:00 by the facility's clock. */
export function isNightShift(ms: number, zone: string): boolean {
  const { hour } = wallClock(ms, zone)
  return hour >= NIGHT_FROM || hour < NIGHT_TO
}
export const themeAt = (choice: ThemeChoice, ms: number, zone: string): Theme =>
  choice !== 'auto' ? choice : isNightShift(ms, zone) ? 'night' : 'light'

/** Holds the choice and shows the theme that follows from it; `judge` is called with every tick of the clock. */
export function createTheme(deps: {
  storage: Pick<Storage, 'getItem' | 'setItem'>
  show: (theme: Theme) => void
  override?: ThemeChoice | undefined
}) {
  const stored = deps.storage.getItem(STORED)
  let choice: ThemeChoice = deps.override ?? THEME_CHOICES.find(known => known === stored) ?? 'auto'
  let shown: Theme | null = null
  const listeners = new Set<() => void>()
  let last: [number, string] | null = null
  const judge = (ms: number, zone: string): void => {
    last = [ms, zone]
    const theme = themeAt(choice, ms, zone)
    if (theme === shown) return
    shown = theme
    deps.show(theme)
    for (const listener of listeners) listener()
  }
  return {
    judge,
    choice: (): ThemeChoice => choice,
    shown: (): Theme => shown ?? 'light',
    choose: (next: ThemeChoice): void => {
      choice = next
      deps.storage.setItem(STORED, next)
      if (last) judge(...last)
      for (const listener of listeners) listener()
    },
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
export type ThemeSwitch = ReturnType<typeof createTheme>
