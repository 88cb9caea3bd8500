/** `npm run anonymize`: the anonymization engine on anybody's table. */
import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AppError } from '../../../../core/errors.ts'
import { type AnonymizeOptions, type AnonymizeProgress, anonymize, type Report } from './anonymize.ts'

const HELP = `Usage: npm run anonymize -- --data <csv> --policy <json> --out <folder> [--time-limit <seconds>]

Finds the recoding of the table that loses least among all that satisfy the policy, and writes it to the folder:
anonymized.csv without the records that had to be left out, and report.json. Columns that the policy does not name are not written.

  --data         CSV (UTF-8) with a header
  --policy       JSON: delimiter, quasi_identifiers, sensitive, models, suppression_limit, metric (README.md has an example);
                 hierarchies are ARX CSV files, named relative to it
  --out          is made if it is not there; an earlier result in it is replaced when the new one is complete
  --time-limit   for the search. Default: none up to 200,000 recodings, 60 above. When time runs out, the best that was found is
                 written, and the report says how much better another one could be (gap)

Exit code: 0 written, 1 failed or no solution, 2 wrong usage or wrong policy. Nothing is written then.`

/** What is wrong with the order and not with the data. */
const WRONG_ORDER = [
  'policy_unreadable',
  'policy_invalid',
  'hierarchy_unreadable',
  'hierarchy_invalid',
  'unknown_column',
]
const SAID_EVERY_MS = 500

type Usage = Pick<AnonymizeOptions, 'data' | 'policy' | 'out' | 'timeLimitMs'>

function parseUsage(): Usage | string {
  try {
    const text = { type: 'string' } as const
    const { values } = parseArgs({
      options: { data: text, policy: text, out: text, 'time-limit': text, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) return HELP
    const { data, policy, out } = values
    if (data === undefined || policy === undefined || out === undefined) return 'Give --data, --policy and --out.'
    for (const file of [data, policy]) {
      if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return `There is no file ${file}.`
    }
    if (statSync(out, { throwIfNoEntry: false })?.isDirectory() === false) return `${out} is not a folder.`
    const seconds = values['time-limit'] === undefined ? undefined : Number(values['time-limit'])
    if (seconds === undefined) return { data, policy, out }
    if (!(seconds > 0)) return '--time-limit takes seconds above 0.'
    return { data, policy, out, timeLimitMs: seconds * 1_000 }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Says each step at once, and how far it is not more often than is read. */
function progressLines(): (progress: AnonymizeProgress) => void {
  let said = { step: '', ms: 0 }
  return progress => {
    const nowMs = performance.now()
    if (progress.step === said.step && nowMs - said.ms < SAID_EVERY_MS) return
    said = { step: progress.step, ms: nowMs }
    console.error(lineOf(progress))
  }
}

const count = (value: number): string => value.toLocaleString('en-US')
const figure = (value: number): string => String(Number(value.toPrecision(8)))

function lineOf(progress: AnonymizeProgress): string {
  if (progress.step !== 'search') return `${progress.step}: ${count(progress.records)} records`
  const { checks, nodes, best, bound } = progress
  const found = best === null ? 'none found yet' : `best ${figure(best)}, none below ${figure(Math.min(bound, best))}`
  return `search: ${count(checks)} looked at of ${count(nodes)} recodings, ${found}`
}

function resultOf(report: Report, out: string): string {
  const { records, suppressed, classes, metric, score, loss, optimal, gap } = report
  const left = `${count(records - suppressed)} of ${count(records)} records in ${count(classes)} classes, ${count(suppressed)} left out`
  const proof = optimal ? 'the optimum' : `not proven the optimum, at most ${figure(gap)} above it`
  const levels = report.quasi_identifiers.map(({ column, level, levels }) => `${column} ${level}/${levels - 1}`)
  return [
    `${out}: ${left}`,
    `${metric} ${figure(score)}${metric === 'loss' ? '' : `, loss ${figure(loss)}`}: ${proof}`,
    `levels: ${levels.join(', ')}`,
    ...(report.columns_left_out.length > 0
      ? [`not in the policy, not written: ${report.columns_left_out.join(', ')}`]
      : []),
  ].join('\n')
}

const oneLine = (text: string): string => text.replaceAll(/\s*[\r\n]+\s*/g, ' ')

const usage = parseUsage()
if (usage === HELP) console.log(HELP)
else if (typeof usage === 'string') {
  console.error(`${usage}\n\n${HELP}`)
  process.exitCode = 2
} else {
  const ended = new AbortController()
  // Every time: from a terminal, npm and its shell pass on what has come already.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ended.abort())
  try {
    const report = await anonymize({ ...usage, progress: progressLines(), signal: ended.signal })
    console.log(resultOf(report, usage.out))
  } catch (error) {
    const code = ended.signal.aborted ? 'export_cancelled' : error instanceof AppError ? error.code : 'failed'
    const message = ended.signal.aborted
      ? 'Cancelled; nothing was written'
      : error instanceof Error
        ? error.message
        : error
    console.error(`anonymize: ${code}: ${oneLine(String(message))}`)
    process.exitCode = WRONG_ORDER.includes(code) ? 2 : 1
  }
}
