/** A message as it was received, with what was refused marked. Shown only to whom the server gives it. */
import type { ReactNode } from 'react'
import { useSay } from '../services.ts'
import styles from './side.module.css'

interface PayloadProps {
  payload: { text: string; base64: boolean }
  /** Names whose values are marked. */
  fields?: readonly string[]
}

export function Payload({ payload: { text, base64 }, fields = [] }: PayloadProps) {
  const say = useSay()
  return (
    <div className={styles.payload}>
      {base64 && <p>{say('refusals.base64')}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long message scrolls, also by keys */}
      <section tabIndex={0} aria-label={say('refusals.message')}>
        <pre className="mono">{base64 ? text : marked(readable(text), fields)}</pre>
      </section>
    </div>
  )
}

/** JSON with a line for each name; anything else as it came. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 1)
  } catch {
    return text
  }
}

function marked(text: string, fields: readonly string[]): ReactNode[] {
  if (fields.length === 0) return [text]
  const names = fields.map(field => field.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  const value = new RegExp(`("(?:${names})":\\s*)("(?:[^"\\\\]|\\\\.)*"|[^,}\\s]+)`, 'g')
  const parts: ReactNode[] = []
  let done = 0
  for (const found of text.matchAll(value)) {
    const start = found.index + (found[1]?.length ?? 0)
    parts.push(text.slice(done, start), <mark key={start}>{found[2]}</mark>)
    done = found.index + found[0].length
  }
  return [...parts, text.slice(done)]
}
