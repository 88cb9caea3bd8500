/** The rows that cannot be taken: line, column, what stands there, and what is wrong with it. */
import { useState } from 'react'
import { Button } from '../parts/button.tsx'
import { useSay } from '../services.ts'
import type { Wrong } from './errors.ts'
import styles from './import.module.css'

const FIRST = 50

export function WrongRows({ wrongs }: { wrongs: readonly Wrong[] }) {
  const say = useSay()
  const [isWhole, setWhole] = useState(false)
  const shown = isWhole ? wrongs : wrongs.slice(0, FIRST)
  return (
    <section className={styles.part}>
      <h3 id="wrong-rows">{say('import.wrongTitle')}</h3>
      <table className={styles.wrongs} aria-labelledby="wrong-rows">
        <thead>
          <tr>
            <th scope="col">{say('import.col.line')}</th>
            <th scope="col">{say('import.col.column')}</th>
            <th scope="col">{say('import.col.cell')}</th>
            <th scope="col">{say('import.col.what')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ line, column, what, cell }) => (
            <tr key={`${line} ${column} ${what}`} data-line={line}>
              <td>
                <span className={styles.lineWord}>{say('import.lineOf', { line })}</span>
              </td>
              <td>{column ?? say('import.wholeRow')}</td>
              <td className={styles.cell}>{cell}</td>
              <td>
                <b>{what}</b>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < wrongs.length && (
        <Button onPress={() => setWhole(true)}>{say('import.more', { count: wrongs.length - shown.length })}</Button>
      )}
    </section>
  )
}
