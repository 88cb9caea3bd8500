/** What the gate found wrong; says where, never what was found, because findings are logged. */

export const GATE_CHECKS = [
  'empty',
  'files',
  'columns',
  'label',
  'residents',
  'dominance',
  'counts',
  'means',
  'units',
  'withheld',
  'union',
  'identifiers',
  'patterns',
] as const
export type GateCheck = (typeof GATE_CHECKS)[number]

export interface Finding {
  check: GateCheck
  /** A file, a row's number, a kind of identifier. */
  where: string
}
