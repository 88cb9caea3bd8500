/** What a method of a repository can be for the audit trail, and the short forms that the plan is written with. */
import type { Json } from '../../../core/audit/canonical.ts'
import type { AuditDraft } from '../../../core/audit/trail.ts'
import type { PlacementRecord, Registry, UserRecord } from '../../../core/registry.ts'

/** The registry without what is no repository. */
export type Repositories = Omit<Registry, 'audit' | 'stop' | 'registryVersion'>

/** A write: what was there before is read in its transaction, what it did is told after it. */
interface Write<A extends unknown[], R, B> {
  before?: (registry: Repositories, ...args: A) => Promise<B>
  /** Null: nothing happened. Never holds secrets; who a resident is only under `personal`. */
  tell: (told: { args: A; result: R; before: B }) => AuditDraft | readonly AuditDraft[] | null
}
/** `bookkeeping` changes nothing that anybody would ask about. */
type Step<F> = F extends (...args: infer A) => Promise<infer R> ? 'read' | 'bookkeeping' | AnyWrite<A, R> : never
// biome-ignore lint/suspicious/noExplicitAny: what `before` gives is known to its own `tell` alone
type AnyWrite<A extends unknown[], R> = Write<A, R, any>

export type AuditPlan = {
  [R in keyof Repositories]: { [M in keyof Repositories[R]]: Step<Repositories[R][M]> }
}

export const time = (ms: number): string => new Date(ms).toISOString()
export const timeOrNull = (ms: number | null): string | null => (ms === null ? null : time(ms))
/** Records are plain data. */
export const json = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json
/** Enough to tell sessions apart, nothing to look one up by. */
export const shortened = (sha256: string): string => sha256.slice(0, 16)
export const deviceSubject = (facility: string, device: string) => ({ kind: 'device', id: `${facility}.${device}` })
/** The facility whose administrator may read about a user: that of somebody who works in one. */
export const homeOf = ({ facilities }: UserRecord): string | null =>
  facilities.length === 1 ? (facilities[0] ?? null) : null

export const placeOf = ({ id, room, bed, resident, fromMs, toMs }: PlacementRecord): Json => ({
  placement: id,
  room,
  bed,
  resident,
  from: time(fromMs),
  to: timeOrNull(toMs),
})
