/** The door to the server's HTTP interface: every call by its name in core's table of routes, every answer parsed by that table's schema. */
import { z } from 'zod'
import { AppError, type Problem, problemSchema } from '../../core/errors.ts'
import { API_ROOT, type Route } from '../../core/rest/route.ts'
import { type RouteName, routes } from '../../core/rest.ts'

// Zod would try to compile code, which the content policy refuses and the console reports.
z.config({ jitless: true })

type Named<N extends RouteName> = (typeof routes)[N]
export type Answer<N extends RouteName> =
  Named<N> extends { response: infer R } ? (R extends z.ZodType ? z.output<R> : undefined) : undefined
type Body<N extends RouteName> =
  Named<N> extends { body: infer B } ? (B extends z.ZodType ? z.input<B> : undefined) : undefined

export interface CallInput<N extends RouteName> {
  params?: Record<string, string>
  query?: Record<string, string | number | undefined>
  body?: Body<N>
  /** Same key for a repeated press of the same button: the server does it once. */
  idempotencyKey?: string
  /** Of an edit: the version that was read. */
  version?: number
  signal?: AbortSignal
}

/** What is known of a refused call; the cause of the AppError that `call` throws. */
export interface Refusal {
  status: number
  problem: Problem | null
  /** From `Retry-After`, in seconds. */
  retryAfterS: number | null
}

/** The path below the origin, for links that the browser follows itself (CSV, files). */
export function pathOf(
  name: RouteName,
  params: Record<string, string> = {},
  query: Record<string, string | number | undefined> = {},
): string {
  const path = routes[name].path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''))
  const search = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) search.set(key, String(value))
  return `${API_ROOT}${path}${search.size > 0 ? `?${search}` : ''}`
}

/** Refused there, a code or a password is wrong; nobody's session has ended. */
const ENTRANCES: readonly RouteName[] = ['signIn', 'setup', 'setupState', 'acceptInvitation']

export interface ApiDeps {
  fetch: typeof fetch
  /** Any answer 401 but to coming in. */
  onSignedOut: () => void
  /** The server's `Date`, epoch ms. */
  onServerTime: (ms: number) => void
}

/** @returns `call`, which throws AppError with the problem's code: `unreachable` when no answer came, `unexpected_answer` when it broke the contract. */
export function createApi({ fetch, onSignedOut, onServerTime }: ApiDeps) {
  return async function call<N extends RouteName>(name: N, input: CallInput<N> = {}): Promise<Answer<N>> {
    const route: Route = routes[name]
    const response = await send(fetch, route, pathOf(name, input.params, input.query), input)
    const date = Date.parse(response.headers.get('date') ?? '')
    if (Number.isFinite(date)) onServerTime(date)
    if (!response.ok) {
      if (response.status === 401 && !ENTRANCES.includes(name)) onSignedOut()
      throw await refused(response)
    }
    if (!route.response || typeof route.response === 'string') return undefined as Answer<N>
    const parsed = route.response.safeParse(await response.json())
    if (!parsed.success)
      throw new AppError('unexpected_answer', 'The answer does not follow the contract', { cause: parsed.error })
    return parsed.data as Answer<N>
  }
}
export type Call = ReturnType<typeof createApi>

async function send(
  fetch: ApiDeps['fetch'],
  route: Route,
  path: string,
  input: CallInput<RouteName>,
): Promise<Response> {
  const headers = new Headers({ accept: 'application/json' })
  if (input.body !== undefined) headers.set('content-type', 'application/json')
  if (input.version !== undefined) headers.set('if-match', `"${input.version}"`)
  if (input.idempotencyKey) headers.set('idempotency-key', input.idempotencyKey)
  try {
    return await fetch(path, {
      method: route.method.toUpperCase(),
      headers,
      body: input.body === undefined ? null : JSON.stringify(input.body),
      credentials: 'same-origin',
      signal: input.signal ?? null,
    })
  } catch (cause) {
    throw new AppError('unreachable', 'The server did not answer', { retryable: true, cause })
  }
}

async function refused(response: Response): Promise<AppError> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null))
  const problem = parsed.success ? parsed.data : null
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  const cause: Refusal = {
    status: response.status,
    problem,
    retryAfterS: Number.isFinite(retryAfter) ? retryAfter : null,
  }
  return new AppError(problem?.code ?? 'internal', problem?.title ?? response.statusText, {
    retryable: response.status >= 500,
    cause,
  })
}

/** The refusal inside an error, when the server did answer. */
export const refusalOf = (error: unknown): Refusal | null => {
  const cause = error instanceof AppError ? (error.cause as Partial<Refusal> | undefined) : undefined
  return typeof cause?.status === 'number' ? (cause as Refusal) : null
}

/** Random, without `crypto.randomUUID`, which plain http on a facility's network does not have. */
export const newIdempotencyKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
