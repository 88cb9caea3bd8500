/** The rules of product P0, as data: who writes the tables obeys them and the gate checks them. */
export interface P0Policy {
  /** A cell is published only with at least so many distinct residents in that very cell. */
  minResidents: number
  /** …and only if no resident contributes more than this part of its readings (a mean must not be one person's value). */
  maxShare: { numerator: number; denominator: number }
  /** Values are rounded to so many decimals before they are added up as whole numbers. */
  sumDecimals: number
}

export const p0Policy: P0Policy = { minResidents: 12, maxShare: { numerator: 1, denominator: 2 }, sumDecimals: 6 }
