/** Shows how residents are found and ordered, how times of a facility are read and written, and how rooms change places. */
import { describe, expect, it } from 'vitest'
import { csvOf } from '../../dashboard/src/imports/csv-out.ts'
import { wrongsOf } from '../../dashboard/src/imports/errors.ts'
import { stateOf } from '../../dashboard/src/people/consent-state.ts'
import { countries } from '../../dashboard/src/people/countries.ts'
import { inOrder, isAmong, matches } from '../../dashboard/src/people/search.ts'
import type { Person } from '../../dashboard/src/people/use-people.ts'
import { ageOn, dayIn, dayText, fieldTime, instantOf, timeText } from '../../dashboard/src/people/when.ts'
import { withRoomMoved, withUnitMoved } from '../../dashboard/src/places/order.ts'
import type { Places } from '../../dashboard/src/places/use-places.ts'

const person = (id: string, identity: Partial<NonNullable<Person['identity']>> | null, more: Partial<Person> = {}) =>
  ({
    id,
    facility: 'sunny',
    room: null,
    bed: null,
    absent: false,
    left: null,
    erased: null,
    identity: identity && { name: '', kana: null, number: null, ...identity },
    ...more,
  }) as Person

describe('residents', () => {
  const hanako = person('a1', { name: '試験 花子', kana: 'シケン ハナコ', number: 'N-042' })
  it.each([
    ['花子', true],
    ['試験花子', true],
    ['しけん', true],
    ['ｼｹﾝ', true],
    ['ハナコ', true],
    ['ｎ-042', true],
    ['101-2', true],
    ['  ', true],
    ['太郎', false],
  ])('are found by what is typed: %s', (typed, isFound) => {
    expect(matches(hanako, '101-2', typed)).toBe(isFound)
  })
  it('are sorted by reading, and those without a name come last', () => {
    const people = [person('z', null), hanako, person('b', { name: '安藤', kana: 'アンドウ' }), person('a', null)]
    expect(inOrder(people, 'ja-JP', () => '').map(({ id }) => id)).toEqual(['b', 'a1', 'a', 'z'])
  })
  it('are sorted by room where they have no name, as one walks along, and last who lives nowhere', () => {
    const rooms: Record<string, string> = { a: '東 110', b: '東 9', c: '', d: '東 101' }
    const people = ['a', 'b', 'c', 'd'].map(id => person(id, null))
    const order = inOrder([...people, hanako], 'ja-JP', ({ id }) => rooms[id] ?? '').map(({ id }) => id)
    expect(order).toEqual(['a1', 'b', 'd', 'a', 'c'])
  })
  it('are among those shown: who left is not away', () => {
    const away = person('a', null, { absent: true })
    const left = person('b', null, { left: '2026-11-01T00:00:00+09:00' })
    expect([isAmong(away, 'here'), isAmong(away, 'away'), isAmong(away, 'left')]).toEqual([true, true, false])
    expect([isAmong(left, 'here'), isAmong(left, 'away'), isAmong(left, 'left')]).toEqual([false, false, true])
  })
})

describe('times', () => {
  it('are the facility’s, wherever the reader is', () => {
    const ms = Date.parse('2026-11-24T15:30:10Z')
    expect([dayIn(ms, 'Asia/Tokyo'), fieldTime(ms, 'Asia/Tokyo')]).toEqual(['2026-11-25', '2026-11-25T00:30'])
    expect(instantOf('2026-11-25T00:30', 'Asia/Tokyo')).toBe('2026-11-25T00:30:00.000+09:00')
    expect(instantOf('2026-11-25', 'Asia/Tokyo')).toBe('2026-11-25T00:00:00.000+09:00')
    expect(instantOf('', 'Asia/Tokyo')).toBeNull()
  })
  it('are written as each language writes them', () => {
    expect((['ja', 'ko', 'en'] as const).map(language => dayText('1938-04-02', language))).toEqual([
      '1938年4月2日',
      '1938년 4월 2일',
      '2 Apr 1938',
    ])
    expect(timeText('2026-11-24T15:30:10Z', 'Asia/Tokyo', 'ja')).toBe('2026年11月25日 00:30')
  })
  it.each([
    ['1938-04-02', '2026-04-01', 87],
    ['1938-04-02', '2026-04-02', 88],
    ['1940-02-29', '2026-02-28', 85],
  ])('make an age: born %s, on %s', (born, today, age) => {
    expect(ageOn(born, today)).toBe(age)
  })
})

describe('a consent', () => {
  const now = Date.parse('2026-11-25T00:00:00Z')
  const consent = { from: '2026-01-01T00:00:00Z', to: null, withdrawn: null } as Parameters<typeof stateOf>[0]
  it.each([
    ['valid', {}],
    ['later', { from: '2027-01-01T00:00:00Z' }],
    ['ended', { to: '2026-11-25T00:00:00Z' }],
    ['withdrawn', { to: '2026-02-01T00:00:00Z', withdrawn: '2026-01-15T00:00:00Z' }],
  ])('is %s', (state, more) => {
    expect(stateOf({ ...consent, ...more }, now)).toBe(state)
  })
  it('may name every country, the likely one first', () => {
    const all = countries('ja')
    expect([all.length, all[0]?.id]).toEqual([249, 'KR'])
    expect(all.every(({ text, id }) => text !== id)).toBe(true)
  })
})

describe('the order of the board', () => {
  const room = (id: string, unit: string, closed: string | null = null) => ({ id, unit_id: unit, closed })
  const places = {
    units: [{ id: 'u1' }, { id: 'u2' }],
    rooms: [room('a', 'u1'), room('x', 'u1', '2026-01-01T00:00:00Z'), room('b', 'u1'), room('c', 'u2')],
    beds: [],
  } as unknown as Places
  it('moves a room past closed ones, and never out of its unit', () => {
    const [a, , b] = places.rooms
    expect(withRoomMoved(places, b as never, -1)).toEqual([
      { id: 'u1', rooms: ['b', 'a', 'x'] },
      { id: 'u2', rooms: ['c'] },
    ])
    expect(withRoomMoved(places, a as never, -1)[0]?.rooms).toEqual(['a', 'b', 'x'])
  })
  it('moves a unit with its rooms', () => {
    const order = [
      { id: 'u1', rooms: ['a'] },
      { id: 'u2', rooms: ['c'] },
    ]
    expect(withUnitMoved(order, 'u2', -1).map(({ id }) => id)).toEqual(['u2', 'u1'])
    expect(withUnitMoved(order, 'u2', 1)).toEqual(order)
  })
})

describe('a file to mend', () => {
  it('is quoted where it must be, in a form that Excel opens', () => {
    expect(csvOf([['a', 'b,c', 'say "x"', '2\nlines']])).toBe('\ufeffa,"b,c","say ""x""","2\nlines"\r\n')
  })
  it('shows the cell of the column that is wrong, past columns that mean nothing', () => {
    const looked = {
      head: ['好物', '氏名', '', '居室'],
      columns: ['name', 'room'],
      unknown_columns: ['好物'],
      wrong: [{ line: 2, cells: ['餅', '試験', '?', '999'] }],
      errors: [
        { line: 2, column: 'room', code: 'unknown_room' },
        { line: 2, column: null, code: 'wrong_number_of_columns' },
      ],
    } as unknown as Parameters<typeof wrongsOf>[0]
    expect(wrongsOf(looked, id => id)).toEqual([
      { line: 2, column: 'import.column.room', what: 'import.error.unknown_room', cell: '999' },
      { line: 2, column: null, what: 'import.error.wrong_number_of_columns', cell: '' },
    ])
  })
})
