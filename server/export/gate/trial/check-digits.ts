/** Numbers of people that carry a check digit: found even where other signs stand between their digits. */

/** Twelve digits, the last from the others (Order of the Ministry of Internal Affairs on My Number, article 5). */
function isMyNumber(digits: string): boolean {
  if (!/^\d{12}$/.test(digits)) return false
  const sum = weighted(digits.slice(0, 11), i => ((11 - i - 1) % 6) + 2)
  const rest = sum % 11
  return Number(digits[11]) === (rest <= 1 ? 0 : 11 - rest)
}

/** 주민등록번호: thirteen digits that begin with a date of birth; numbers given since October 2020 have no check digit. */
function isResidentRegistration(digits: string): boolean {
  if (!/^\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])[1-8]\d{6}$/.test(digits)) return false
  const sum = weighted(digits.slice(0, 12), i => (i % 8) + 2)
  return Number(digits[12]) === (11 - (sum % 11)) % 10
}

/** Payment cards: the Luhn sum (ISO/IEC 7812-1), with the first digits that cards have. */
function isCard(digits: string): boolean {
  if (!/^(4|5[1-5]|2[2-7]|3[4-7]|35|6)\d*$/.test(digits) || digits.length < 13 || digits.length > 19) return false
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}

const weighted = (digits: string, weightOf: (i: number) => number): number =>
  [...digits].reduce((sum, digit, i) => sum + Number(digit) * weightOf(i), 0)

/** Digits with at most one blank, hyphen, dot, slash or underscore between two of them, and no letter or decimal point around. */
const RUN = /(?<![\p{L}\d.])\d(?:[ \-/_・]?\d){11,18}(?![\p{L}\d]|\.\d)/gu

/** Which kinds of such numbers a folded text holds. */
export function checkedNumbersIn(text: string): string[] {
  const kinds = new Set<string>()
  for (const [run] of text.matchAll(RUN)) {
    const digits = run.replace(/\D/g, '')
    if (isMyNumber(digits)) kinds.add('My Number')
    if (isResidentRegistration(digits)) kinds.add('resident registration number')
    if (isCard(digits)) kinds.add('payment card')
  }
  return [...kinds]
}
