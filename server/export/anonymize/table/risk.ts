/** How likely a person is found again in a table of classes: by one who knows that the person is in it, and on average over all. */
import type { Ratio } from '../../trial/policy.ts'

export interface TableRisk {
  records: number
  classes: number
  smallest_class: number
  /** Share of records that are alone in their class. */
  unique: number
  /** Prosecutor's: 1 / smallest class. */
  highest: number
  /** Marketer's: classes / records. */
  average: number
  /** Share of records whose 1 / class size is above the threshold. */
  at_risk: number
}

/** @param sizes of the classes; a table without classes has no risk at all */
export function riskOf(sizes: Iterable<number>, { numerator, denominator }: Ratio): TableRisk {
  let [records, classes, unique, atRisk, smallest] = [0, 0, 0, 0, Number.POSITIVE_INFINITY]
  for (const size of sizes) {
    records += size
    classes++
    if (size === 1) unique++
    if (denominator > numerator * size) atRisk += size
    if (size < smallest) smallest = size
  }
  if (records === 0) return { records, classes, smallest_class: 0, unique: 0, highest: 0, average: 0, at_risk: 0 }
  return {
    records,
    classes,
    smallest_class: smallest,
    unique: unique / records,
    highest: 1 / smallest,
    average: classes / records,
    at_risk: atRisk / records,
  }
}
