/** Everything in a trial's input that names a person, a place or a machine, and how it would stand in a text. */
import { join } from 'node:path'
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import { EVENTS_FILE, READINGS_FILE } from '../../trial/input.ts'
import { folded, nameForms } from './name-forms.ts'
import type { Truth } from './truth.ts'

export interface Sought {
  kind: string
  /** Folded. */
  forms: readonly string[]
  /** A number or common word means something only as a whole value or beside a word for room. */
  whole: boolean
}

/** What a package says on its own account, folded: names that stand there too are no secret in the middle of a sentence. */
export interface OwnText {
  words: ReadonlySet<string>
  text: string
}

export async function soughtIn(
  connection: DuckdbConnection,
  jobFolder: string,
  { input, subjects }: Truth,
  own: OwnText,
): Promise<Sought[]> {
  const told = new Set([input.release, input.request, input.trial, input.maker].map(folded))
  const plain = (kind: string, texts: Iterable<string>): Sought[] =>
    [...new Set(texts)].map(text => sought(kind, folded(text), [folded(text)], own))
  const named = (kind: string, texts: readonly string[]): Sought[] =>
    texts.map(text => sought(kind, folded(text).trim(), nameForms(text), own))
  const all = [
    ...plain('participant', [
      ...subjects.map(({ id }) => id),
      ...input.earlier.flatMap(({ members }) => members.flatMap(({ subject }) => subject ?? [])),
    ]),
    ...plain('device', [...input.devices.map(({ id }) => id), ...input.placements.map(({ device }) => device)]),
    ...plain('facility', [...input.sites.map(({ id }) => id), ...input.devices.map(({ facility }) => facility)]),
    ...plain(
      'reviewer',
      input.approvals.map(({ by }) => by),
    ),
    ...named('private name', input.private_names),
    ...plain('text of a source', await sourceTexts(connection, jobFolder, { input })),
  ]
  return all.filter(({ forms }) => forms.some(form => form !== '' && !told.has(form)))
}

function sought(kind: string, text: string, forms: readonly string[], own: OwnText): Sought {
  const length = [...text].length
  // Two characters are a name in Chinese ones and in Hangul; in kana and Latin letters they are in half of all words.
  const ideographs = /^[\p{Script=Han}\p{Script=Hangul}]+$/u.test(text)
  const short = ideographs ? length < 2 : length < (/^[ァ-ヺー]+$/.test(text) ? 4 : 3)
  const common = own.words.has(text) || (ideographs && length < 4 && own.text.includes(text))
  return { kind, forms, whole: short || common || /^[\d.-]+$/.test(text) }
}

/** Texts of the extracts that no profile defines: boots, marks, free texts, whatever somebody wrote where it does not belong. */
async function sourceTexts(
  connection: DuckdbConnection,
  jobFolder: string,
  { input }: Pick<Truth, 'input'>,
): Promise<string[]> {
  const profiles = input.profiles
  const defined = new Set([
    ...profiles.map(({ id }) => id as string),
    ...profiles.flatMap(({ metrics, events }) => [...Object.keys(metrics), ...Object.keys(events)]),
    ...profiles.flatMap(({ metrics }) =>
      Object.values(metrics).flatMap(metric => (metric.kind === 'enum' ? Object.keys(metric.values) : [])),
    ),
    ...profiles.flatMap(({ events }) =>
      Object.values(events).flatMap(({ attributes }) =>
        Object.entries(attributes).flatMap(([name, attribute]) =>
          attribute.kind === 'enum' ? [name, ...Object.keys(attribute.values)] : [name],
        ),
      ),
    ),
  ])
  const of = async (sql: string, file: string) =>
    (await connection.rows(sql, { file: join(jobFolder, file) })).map(({ text }) => String(text))
  const unpivot = (columns: readonly string[]) =>
    columns
      .map(
        column => `select distinct "${column}"::varchar as text from read_parquet($file) where "${column}" is not null`,
      )
      .join(' union ')
  const readings = await of(
    unpivot(['facility', 'device', 'profile', 'metric', 'text', 'boot', 'marks']),
    READINGS_FILE,
  )
  const events = await of(
    `${unpivot(['facility', 'device', 'profile', 'type'])} union
     select distinct part as text from (select unnest(regexp_extract_all(attributes, '"([^"]*)"', 1)) as part
       from (select distinct attributes from read_parquet($file) where attributes is not null))`,
    EVENTS_FILE,
  )
  return [...new Set([...readings, ...events])].filter(text => [...text].length >= 4 && !defined.has(text))
}
