// Secrets that a test run meets, residents' names among them, and the search for them where none may ever be: logs, errors, metrics.
/** Fields of answers and requests whose value is a secret. */
const SECRET_FIELDS = /^(password|current|next|code|token|secret|current_password)$/
const SHORTEST = 8
/** A `code` that names a reason, as problems, refusals and wrong rows have it; one that opens something has digits and hyphens. */
const REASON = /^[a-z_]+$/
/** Fields that say who a resident is or what befell one, in objects that are known by having one of MARKS. */
const PERSONAL_FIELDS = /^(name|kana|birth_date|description)$/
const MARKS = ['kana', 'birth_date', 'serious']
/** Names are short; shorter ones would be found in words that have nothing to do with them. */
const SHORTEST_PERSONAL = 4

export interface Canaries {
  plant(secret: string): void
  /** Plants what a request or an answer holds: passwords, codes, tokens, cookies, what is personal. */
  watch(exchange: { body?: unknown; headers?: Headers | Record<string, string> }): void
  /** Which planted secrets `text` holds, each with what surrounds it. */
  foundIn(text: string): string[]
  count(): number
}

export function createCanaries(): Canaries {
  const planted = new Set<string>()
  const plant = (secret: string): void => {
    if (secret.length >= SHORTEST) planted.add(secret)
  }
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const personal = MARKS.some(mark => mark in value)
    for (const [key, each] of Object.entries(value)) {
      if (typeof each !== 'string') visit(each)
      else if (SECRET_FIELDS.test(key) && !(key === 'code' && REASON.test(each))) plant(each)
      else if (personal && PERSONAL_FIELDS.test(key) && each.length >= SHORTEST_PERSONAL) planted.add(each)
    }
  }
  return {
    plant,
    count: () => planted.size,
    watch({ body, headers }) {
      visit(body)
      const all = headers instanceof Headers ? headers : new Headers(headers)
      for (const cookie of [...all.getSetCookie(), ...(all.get('cookie')?.split(/; */) ?? [])]) {
        const value = cookie.split(';', 1)[0]?.split('=', 2)[1]
        if (value) plant(value)
      }
      const bearer = /^Bearer (.+)$/.exec(all.get('authorization') ?? '')?.[1]
      if (bearer) plant(bearer)
    },
    foundIn(text) {
      const found: string[] = []
      for (const secret of planted) {
        const at = text.indexOf(secret)
        if (at >= 0) found.push(text.slice(Math.max(0, at - 120), at) + '<<<secret>>>'.padEnd(12))
      }
      return found
    },
  }
}
