/** The one way to write a JSON value [RFC 8785], so that equal values have equal bytes and equal hashes. */

/** What JSON can hold; `undefined` members are left out, as JSON.stringify does. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined }

/**
 * Members sorted by UTF-16 code units, no white space; numbers and strings as ECMAScript writes them, which is what the RFC asks.
 * @throws RangeError on what has no canonical form: NaN, infinities, half a surrogate pair.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('a number that JSON cannot hold')
  if (typeof value === 'string' && /\p{Cs}/u.test(value)) throw new RangeError('a text that is no Unicode')
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.entries(value as { [name: string]: Json | undefined })
    .filter((member): member is [string, Json] => member[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${canonicalJson(name)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}
