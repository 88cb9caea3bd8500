/** The rows as they would be taken, so that a day or a level that was read wrongly is seen before. */
import { useState } from 'react'
import type { Language } from '../../../core/profile.ts'
import type { ImportKind, ImportPreview } from '../../../core/rest/imports.ts'
import type { Say } from '../language.ts'
import { Button } from '../parts/button.tsx'
import { dayText } from '../people/when.ts'
import { useLanguage, useSay } from '../services.ts'
import { columnWord } from './errors.ts'
import styles from './import.module.css'

const FIRST = 10
const RESIDENT_COLUMNS = ['name', 'birth_date', 'sex', 'care_level', 'admitted_on', 'room', 'bed'] as const
const ROOM_COLUMNS = ['unit', 'room', 'bed'] as const

export function GoodRows({ kind, looked }: { kind: ImportKind; looked: ImportPreview }) {
  const say = useSay()
  const language = useLanguage()
  const [isWhole, setWhole] = useState(false)
  const columns = kind === 'residents' ? RESIDENT_COLUMNS : ROOM_COLUMNS
  const all = kind === 'residents' ? looked.residents : looked.rooms
  const count = isWhole ? all.length : FIRST
  const rows =
    kind === 'residents'
      ? looked.residents.slice(0, count).map(row => ({ line: row.line, cells: residentCells(row, say, language) }))
      : looked.rooms.slice(0, count).map(({ line, unit, room, bed }) => ({ line, cells: [unit, room, bed ?? ''] }))
  return (
    <div className={styles.part}>
      <h3 id="good-rows">{say('import.goodTitle')}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be reached by keys */}
      <section className={styles.scroll} tabIndex={0} aria-labelledby="good-rows">
        <table>
          <thead>
            <tr>
              <th scope="col">{say('import.col.line')}</th>
              {columns.map(column => (
                <th key={column} scope="col">
                  {columnWord(column, say)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ line, cells }) => (
              <tr key={line}>
                <td>{line}</td>
                {columns.map((column, at) => (
                  <td key={column}>{cells[at]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {all.length > rows.length && (
        <Button onPress={() => setWhole(true)}>{say('import.more', { count: all.length - rows.length })}</Button>
      )}
    </div>
  )
}

function residentCells(
  { identity, care_level, room, bed }: ImportPreview['residents'][number],
  say: Say,
  language: Language,
): string[] {
  const { name, birth_date, sex, admitted_on } = identity
  return [
    name,
    birth_date === null ? '' : dayText(birth_date, language),
    sex === null ? '' : say(`people.sex.${sex}`),
    care_level === null ? '' : say(`people.level.${care_level.level}`),
    admitted_on === null ? '' : dayText(admitted_on, language),
    room ?? '',
    bed ?? '',
  ]
}
