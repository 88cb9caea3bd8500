// The bytes of entries: canonical JSON as RFC 8785 shows it, and lines that are none.
import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../core/audit/canonical.ts'
import { type AuditEntry, entryOf, FIRST_PREV, lineOf } from '../../core/audit/entry.ts'

const entry: AuditEntry = {
  v: 1,
  seq: 0,
  at: '2026-11-25T00:00:00.000Z',
  actor: { kind: 'user', id: 'somebody', role: 'staff' },
  address: null,
  purpose: 'care',
  action: 'view.board',
  result: 'done',
  subject: { kind: 'facility', id: 'sunny' },
  facility: 'sunny',
  resident: null,
  old: null,
  new: { b: [1, 'é', null], a: true },
  correlation: null,
  prev: FIRST_PREV,
}

describe('canonical JSON', () => {
  it('writes the example of RFC 8785 as the RFC does', () => {
    // Section 3.2.2: numbers, strings, literals.
    const value = {
      numbers: [JSON.parse('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts names by UTF-16 code units, as section 3.2.3 shows', () => {
    const names = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 }
    expect(Object.values(JSON.parse(canonicalJson(names)))).toHaveLength(7)
    expect([...canonicalJson(names).matchAll(/:(\d)/g)].map(([, n]) => Number(n))).toEqual([2, 4, 6, 7, 1, 5, 3])
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 'half \ud800', { '\udfff': 1 }])('refuses %o', value => {
    expect(() => canonicalJson(value)).toThrow(RangeError)
  })
})

describe('lines of the audit trail', () => {
  it('are read as what was written', () => {
    expect(entryOf(lineOf(entry))).toEqual({ entry })
  })

  it.each([
    ['not_json', 'x'],
    ['schema', '{}'],
    ['schema', lineOf({ ...entry, more: 1 } as AuditEntry)],
    ['not_canonical', JSON.stringify(entry)],
    ['not_canonical', lineOf(entry).replace('"v":1', '"v":1.0')],
    ['not_canonical', lineOf(entry).replace('é', '\\u00e9')],
    ['not_canonical', `${lineOf(entry)} `],
    ['not_canonical', lineOf(entry).replace('"v":1', '"v":2,"v":1')],
  ])('are none: %s', (fault, line) => {
    expect(entryOf(line)).toEqual({ fault })
  })
})
