/** Everything that outlives a screen, made once by main.tsx and handed down: language, theme, clock, HTTP, live board, session. */
import { QueryClient } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useSyncExternalStore } from 'react'
import { AppError } from '../../core/errors.ts'
import type { Language } from '../../core/profile.ts'
import type { DatasetJob } from '../../core/rest/datasets.ts'
import { type Call, createApi, refusalOf } from './api.ts'
import { type BoardSession, startBoardSession } from './board/session.ts'
import { type BoardStore, createBoardStore } from './board/store.ts'
import { createServerClock, type ServerClock } from './clock.ts'
import { createLanguage, type LanguageChoice, type Say, type WordsPart } from './language.ts'
import { createLive, type Live } from './live.ts'
import { createTheme, type ThemeSwitch } from './theme.ts'
import { createValue, type Value } from './value.ts'

const BROWSER_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone

export interface Services {
  language: LanguageChoice
  theme: ThemeSwitch
  clock: ServerClock
  call: Call
  queries: QueryClient
  live: Live
  store: BoardStore
  /** The session ended while a screen was open. */
  signedOut: Value<boolean>
  /** Why the last snapshot failed; null: it did not. */
  boardProblem: Value<unknown>
  /** The newest word on each dataset build, by request id. */
  jobs: Value<ReadonlyMap<string, DatasetJob>>
  isConnected: Value<boolean>
  /** Starts (or keeps) the live board of a facility, or only the socket when there is none. */
  open: (facility: string | null) => void
  retryBoard: () => void
  /** Looks at the clock and shows the theme that goes with it. */
  judgeTheme: () => void
  /** Ends everything that runs; the next sign-in opens again. */
  close: () => void
}

export function createServices(): Services {
  const clock = createServerClock(() => performance.now(), Date.now())
  const signedOut = createValue(false)
  const boardProblem = createValue<unknown>(null)
  const isConnected = createValue(false)
  const jobs = createValue<ReadonlyMap<string, DatasetJob>>(new Map())
  const language = createLanguage({
    storage: localStorage,
    preferred: navigator.languages,
    onChange: (chosen: Language) => document.documentElement.setAttribute('lang', chosen),
  })
  const theme = createTheme({
    storage: localStorage,
    show: shown => document.documentElement.setAttribute('data-theme', shown),
  })
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        retry: (count, error) => count < 2 && mayPass(error),
        retryDelay: (count, error) => (refusalOf(error)?.retryAfterS ?? 2 ** count) * 1_000,
        refetchOnWindowFocus: false,
        staleTime: 5_000,
      },
    },
  })
  const call = createApi({
    fetch: (...args) => fetch(...args),
    onSignedOut: () => signedOut.set(true),
    onServerTime: clock.hearCoarse,
  })
  const store = createBoardStore({ clock, onNextPaint: paint => requestAnimationFrame(paint) })
  let session: BoardSession | null = null
  let opened: string | null | undefined
  const live = createLive({
    onFrame: frame => {
      if (!store.applyFrame(frame)) void session?.snapshot()
    },
    onEvent: store.addEvent,
    onCondition: condition => {
      if (!store.addCondition(condition)) void session?.snapshot()
    },
    onJob: job => jobs.set(new Map(jobs.get()).set(job.request, job)),
    onLayout: () => void session?.snapshot(),
    onConnected: () => {
      isConnected.set(true)
      session?.onConnected()
    },
    onDisconnected: () => isConnected.set(false),
    // The answer 401 of this call is what shows the signed-out screen.
    onRefused: () => void call('me').catch(() => undefined),
  })
  const close = (): void => {
    session?.stop()
    session = null
    opened = undefined
    live.disconnect()
    store.clear()
    boardProblem.set(null)
    // Nothing of the last reader may be shown to the next one; who is signed in is asked anew.
    queries.removeQueries({ predicate: query => query.queryKey[0] !== 'me' })
  }
  const open = (facility: string | null): void => {
    if (opened === facility) return
    session?.stop()
    if (opened !== undefined) store.clear()
    opened = facility
    live.start()
    session =
      facility === null
        ? null
        : startBoardSession({
            facility,
            store,
            live,
            fetchBoard: id => call('board', { params: { id } }),
            onProblem: boardProblem.set,
            wallNow: () => Date.now(),
          })
  }
  return {
    language,
    theme,
    clock,
    call,
    queries,
    live,
    store,
    signedOut,
    boardProblem,
    jobs,
    isConnected,
    open,
    close,
    retryBoard: () => void session?.snapshot(),
    judgeTheme: () => theme.judge(clock.now(), store.frame()?.facility.zone ?? BROWSER_ZONE),
  }
}

/** A refusal will be the same again; an absent server may come back, and one that many ask at once says when. */
const mayPass = (error: unknown): boolean => {
  const status = refusalOf(error)?.status ?? 599
  return status >= 500 || (error instanceof AppError && error.code === 'rate_limited')
}

const ServicesContext = createContext<Services | null>(null)
export const ServicesProvider = ServicesContext.Provider
export function useServices(): Services {
  const services = useContext(ServicesContext)
  if (!services) throw new Error('A screen was drawn outside ServicesProvider')
  return services
}

/** The words of the chosen language; draws again when it changes. */
export function useSay(): Say {
  const { language } = useServices()
  return useSyncExternalStore(language.subscribe, language.current).say
}
export function useLanguage(): Language {
  const { language } = useServices()
  return useSyncExternalStore(language.subscribe, language.current).language
}
/** Whether words that only some screens say are there; asks for them when they are not. */
export function useWords(part: WordsPart): boolean {
  const { language } = useServices()
  const { parts } = useSyncExternalStore(language.subscribe, language.current)
  const isThere = parts.has(part)
  useEffect(() => {
    if (!isThere) void language.need(part).catch(() => undefined)
  }, [language, part, isThere])
  return isThere
}
export const useValue = <T>(value: Value<T>): T => useSyncExternalStore(value.subscribe, value.get)
