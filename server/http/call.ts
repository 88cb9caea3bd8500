/** What a handler of a route gets and gives; derived from the table of routes. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import { AppError, type ProblemCode } from '../../core/errors.ts'
import type { Route } from '../../core/rest/route.ts'
import type { Me } from '../../core/rest/session.ts'
import type { RouteName, routes } from '../../core/rest.ts'
import type { May } from '../auth/authority.ts'
import type { Session } from '../auth/sessions.ts'

type Output<S> = S extends z.ZodType ? z.output<S> : undefined
/** What a handler may give where the response's schema has brands: the parsed form's plain shape. */
type Answer<S> = S extends z.ZodType ? z.input<S> : undefined

/** A request as the router hands it over. */
export interface HttpRequest extends IncomingMessage {
  params: Record<string, string | string[]>
  query: unknown
  body?: unknown
  ip?: string | undefined
}
export interface HttpResponse extends ServerResponse {
  locals: Record<string, unknown>
  /** Sends a file below `root`, with Range, ETag and Last-Modified. */
  sendFile(
    name: string,
    options: { root: string; headers: Record<string, string>; cacheControl: boolean },
    done: (error?: Error) => void,
  ): void
}

export interface Call<R extends Route> {
  params: Output<R['params']>
  query: Output<R['query']>
  body: Output<R['body']>
  /** Who asks; null only on routes that need no session. */
  session: R['open'] extends true ? null : Session
  me: R['open'] extends true ? null : Me
  /** What the caller may on this route; who answers without having asked is not heard. */
  may: R['open'] extends true ? null : May
  /** Address that the request came from. */
  address: string
  /** On routes that edit: the version that `If-Match` names; null: any (`*`). */
  version: number | null
  correlationId: string
  /** Records in the audit trail what a stream shows, before its first byte; what answers a body need not call it. */
  viewed: () => Promise<void>
  /** Aborts when the asking side goes away. */
  signal: AbortSignal
  /** Only for what a body cannot say: cookies, streams, files. */
  response: HttpResponse
  request: HttpRequest
}

/** Answers the body, or streams to `response` where the route names a media type. Throws AppErrors with problem codes. */
export type Handler<R extends Route> = (
  call: Call<R>,
) => Promise<R['response'] extends string ? void : Answer<R['response']>>

export type Handlers = { [N in RouteName]: Handler<(typeof routes)[N]> }

/** Ends the request with a problem; `detail` says what to do. */
export const refuse = (code: ProblemCode, detail: string): never => {
  throw new AppError(code, detail)
}
