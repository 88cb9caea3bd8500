/** The platform's HTTP interface as an enrolling program uses it: sign-in, facilities, devices, residents, consents, placements. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { AppError, problemSchema } from '../core/errors.ts'
import { type Facility, facilitySchema } from '../core/rest/places.ts'
import { API_ROOT } from '../core/rest/route.ts'
import { sessionRequestSchema } from '../core/rest/session.ts'
import { type RouteName, routes } from '../core/rest.ts'
import { readJson } from './credentials.ts'

/** Who acts: a user with a password, or the token of a session or account. */
export type SignIn = { user: string; password: string } | { token: string }

export interface Platform {
  /** Calls a route of the contract; its answer is parsed. */
  call<Name extends WithAnswer>(name: Name, body?: unknown): Promise<Answer<Name>>
  facility(id: string | undefined): Promise<Facility>
  stop(): Promise<void>
}
type WithAnswer = 'createDevice' | 'createResident' | 'createConsent' | 'createPlacement' | 'facilities'
type Answer<Name extends WithAnswer> = z.infer<(typeof routes)[Name]['response']>

/** Told to wait so often in a row, something else is wrong. */
const MAX_WAITS = 30

/** Waits where the server says that it gets too many requests. @throws AppError with the problem's code, or `unreachable` */
export async function openPlatform(server: string, signIn: SignIn): Promise<Platform> {
  const headers: Record<string, string> = {}

  async function send(name: RouteName, body?: unknown): Promise<Response> {
    const { method, path } = routes[name]
    const init: RequestInit = { method: method.toUpperCase(), headers: { ...headers } }
    if (body !== undefined) {
      init.headers = { ...headers, 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() }
      init.body = JSON.stringify(body)
    }
    for (let waits = 0; ; waits++) {
      // The same key each time: it is the same write.
      const response = await fetch(new URL(API_ROOT + path, server), init).catch(cause => {
        throw new AppError('unreachable', `no answer from ${server}`, { retryable: true, cause })
      })
      if (response.ok) return response
      const problem = await problemOf(response, `${method.toUpperCase()} ${path}`)
      if (problem.code !== 'rate_limited' || waits === MAX_WAITS) throw problem
      await pause(problem.retryAfterMs ?? 1_000)
    }
  }

  async function call<Name extends WithAnswer>(name: Name, body?: unknown): Promise<Answer<Name>> {
    const response = await send(name, body)
    return routes[name].response.parse(await response.json()) as Answer<Name>
  }

  if ('token' in signIn) {
    headers.Authorization = `Bearer ${signIn.token}`
  } else {
    const response = await send('signIn', signIn)
    headers.Cookie = response.headers
      .getSetCookie()
      .map(cookie => cookie.split(';', 1)[0])
      .join('; ')
  }

  return {
    call,
    facility: async id => {
      const { items } = await call('facilities')
      const real = items
        .map(item => facilitySchema.parse(item))
        .filter(item => item.bench_of === null || item.id === id)
      const found = id === undefined && real.length === 1 ? real[0] : real.find(item => item.id === id)
      if (!found)
        throw new AppError('not_found', `no such facility; this account sees: ${real.map(f => f.id).join(', ')}`)
      return found
    },
    stop: async () => {
      if (!('token' in signIn)) await send('signOut')
    },
  }
}

async function problemOf(response: Response, what: string): Promise<AppError> {
  const problem = problemSchema.safeParse(await response.json().catch(() => null))
  const code = problem.success ? problem.data.code : 'internal'
  const detail = problem.success ? (problem.data.detail ?? problem.data.title) : response.statusText
  const waitS = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfterMs = Number.isFinite(waitS) ? waitS * 1_000 : undefined
  return new AppError(code, `${what} answered ${response.status}: ${detail}`, { retryAfterMs })
}

/** `--token-file`: JSON `{"user","password"}` to sign in with, or a token on one line. */
export function readTokenFile(text: string): SignIn {
  const trimmed = text.trim()
  if (!trimmed.startsWith('{')) return { token: trimmed }
  const parsed = z.string().transform(parseJson).pipe(sessionRequestSchema).safeParse(trimmed)
  if (!parsed.success) throw new AppError('bad_file', 'the token file holds neither a token nor {"user","password"}')
  return parsed.data
}
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const accountsSchema = z.array(z.object({ user: z.string(), password: z.string(), role: z.string() }))
/** The administrator's sign-in of a running demo. */
export function readDemoAdmin(file: string): SignIn {
  const admin = readJson(file, accountsSchema).find(account => account.user === 'admin@demo')
  if (!admin) throw new AppError('bad_file', `${file} has no admin@demo`)
  return { user: admin.user, password: admin.password }
}
