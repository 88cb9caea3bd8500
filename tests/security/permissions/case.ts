/** The form of the matrix: what is asked, who gets it, who is told that it is not theirs, who hears that it is not there. */
import type { Part } from '../../../core/rest/rules.ts'
import type { World } from './world.ts'

export interface Ask {
  path: string
  body?: unknown
  /** Stands in the answer to those who see it, and not in that to `blind`. */
  shows?: string
}
/**
 * One call of a route on something of `sunny` or `mats`. Persons by name, separated by spaces; who is named nowhere has the wrong role and
 * must be told so.
 */
export interface Case {
  ask: (world: World) => Ask | Promise<Ask>
  /** Get the answer, and what it shows. */
  ok: string
  /** Are answered, and what is shown to others is not in it. */
  blind?: string
  /** 403, although their role may call the route. */
  refused?: string
  /** 404, as if it did not exist. */
  hidden?: string
  /** 400: may not ask in this way. */
  otherwise?: string
  /** What `ok` is answered where it is not what the route answers when it succeeds. */
  answers?: number
  /** In a session of its own, which ends by it. */
  alone?: boolean
  /** Of the answer, that this is about. */
  part?: Part
}

export const EVERYBODY =
  'staff display admin maker steward auditor operator platform staff-elsewhere display-elsewhere admin-elsewhere maker-elsewhere'

const plain = (path: string): Ask => ({ path })
export const of =
  (who: Omit<Case, 'ask'>) =>
  (ask: string | Case['ask']): Case => ({ ...who, ask: typeof ask === 'string' ? () => plain(ask) : ask })

/** The facility is named: its administrator, or its people; others are told that it is not theirs. */
export const adminNamed = of({ ok: 'admin', refused: 'admin-elsewhere' })
export const staffNamed = of({ ok: 'staff admin', refused: 'staff-elsewhere admin-elsewhere' })
/** It is found by its id: for others it is not there. */
export const adminFound = of({ ok: 'admin', hidden: 'admin-elsewhere' })
export const staffFound = of({ ok: 'staff admin', hidden: 'staff-elsewhere admin-elsewhere' })
/** Lists of what is one's own. */
export const adminListed = of({ ok: 'admin', blind: 'admin-elsewhere' })
export const staffListed = of({ ok: 'staff admin', blind: 'staff-elsewhere admin-elsewhere' })
export const makerFound = of({ ok: 'maker', hidden: 'maker-elsewhere' })
export const everybody = of({ ok: EVERYBODY })
