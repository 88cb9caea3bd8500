/** Finds residents by what people type: name, reading, number or room, whatever the width or kind of kana. */
import type { Person } from './use-people.ts'

const KATAKANA_TO_HIRAGANA = 0x60

/** Full and half width, capitals, spaces and the two kana make no difference. */
export const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, '')
    .replace(/[\u30a1-\u30f6]/g, kana => String.fromCharCode(kana.charCodeAt(0) - KATAKANA_TO_HIRAGANA))

/** @param place where the person lives, as the list shows it */
export function matches({ id, identity }: Person, place: string, typed: string): boolean {
  const wanted = folded(typed)
  const texts = [identity?.name, identity?.kana, identity?.number, place, id]
  return wanted === '' || texts.some(text => text && folded(text).includes(wanted))
}

export const PRESENCES = ['here', 'away', 'left', 'all'] as const
export type Presence = (typeof PRESENCES)[number]
export const isAmong = ({ absent, left }: Person, presence: Presence): boolean =>
  presence === 'all' || (presence === 'left' ? left !== null : left === null && (presence === 'here' || absent))

/**
 * By reading where there is one, as Japanese lists are; who has no name comes last, by room as people look for a room, then by number.
 * @param place where the person lives, as the list shows it
 */
export function inOrder(people: readonly Person[], tag: string, place: (person: Person) => string): Person[] {
  const collator = new Intl.Collator(tag, { numeric: true })
  const reading = ({ identity }: Person): string => identity?.kana ?? identity?.name ?? ''
  const rest = ({ identity, id }: Person): string => `${identity?.name ?? ''} ${identity?.number ?? ''} ${id}`
  const room = (person: Person): string => (reading(person) === '' ? place(person) : '')
  /** Comes behind those who are looked for in a room. */
  const isNowhere = (person: Person): boolean => reading(person) === '' && place(person) === ''
  return people.toSorted(
    (a, b) =>
      Number(reading(a) === '') - Number(reading(b) === '') ||
      collator.compare(reading(a), reading(b)) ||
      Number(isNowhere(a)) - Number(isNowhere(b)) ||
      collator.compare(room(a), room(b)) ||
      collator.compare(rest(a), rest(b)),
  )
}
