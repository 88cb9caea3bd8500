/** Comparisons that rounding cannot turn: numbers decide where they are apart, whole numbers where they are close. */

/** numerator / denominator. */
export interface Fraction {
  numerator: bigint
  denominator: bigint
}

/** The fraction a decimal number is written as: 0.05 is 5/100 here, although no double is. @param value finite, ≥ 0 */
export function fractionOf(value: number): Fraction {
  const [mantissa = '', exponent = '0'] = String(value).split('e')
  const [whole = '', decimals = ''] = mantissa.split('.')
  const shift = Number(exponent) - decimals.length
  const numerator = BigInt(whole + decimals)
  return shift < 0
    ? { numerator, denominator: 10n ** BigInt(-shift) }
    : { numerator: numerator * 10n ** BigInt(shift), denominator: 1n }
}

/** Far more than what rounding can do to the sums of a class, far less than what two classes differ by. */
const CLOSE = 1e-9

/** left ≤ right. @param exact the same without rounding; asked only when the numbers are close */
export function atMost(left: number, right: number, exact: () => boolean): boolean {
  return Math.abs(left - right) > CLOSE * Math.max(1, Math.abs(right)) ? left < right : exact()
}

/** What rounding in sums of doubles leaves alone: scores that are equal so far are equal. */
export const leadingDigits = (value: number): number => Number(value.toPrecision(12))
