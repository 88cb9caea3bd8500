// `npm run anonymize` as its users run it: files in, files out, one line for whatever is wrong, and nothing left behind then.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithRecording } from '../../device-sim/recordings.ts'
import { ADULT, adultFolder, readAdult } from './adult.ts'
import { sizesOf } from './recount.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const TIMEOUT_MS = 120_000

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'anonymize-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const start = (args: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', 'server/export/anonymize/command/main.ts', ...args], { cwd: root })

async function ended(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const said = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]!.setEncoding('utf8').on('data', text => {
      said[stream] += text
    })
  const [code] = await once(child, 'close')
  return { code, ...said }
}
const run = (...args: string[]) => ended(start(args))

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
/** Ages in tens, cities in countries; hierarchies with semicolons, data with commas. */
const small = (change: object = {}) => {
  file('age.csv', Array.from({ length: 100 }, (_, age) => `${age};${Math.floor(age / 10) * 10}+;*\n`).join(''))
  file('city.csv', 'Seoul;KR;*\n"Kōbe; Ōsaka";JP;*\nTōkyō;JP;*\n')
  return file(
    'policy.json',
    JSON.stringify({
      quasi_identifiers: [
        { column: 'age', hierarchy: 'age.csv' },
        { column: 'city', hierarchy: 'city.csv', weight: 2 },
      ],
      sensitive: ['note'],
      models: [{ model: 'k_anonymity', k: 2 }],
      suppression_limit: 0.2,
      ...change,
    }),
  )
}
const DATA = [
  'id,age,city,note',
  '1,07,Seoul,x',
  '2,71,Seoul,"a ""quoted"", word"',
  '3,74,Seoul,=1+1',
  '4,81,"Kōbe; Ōsaka",007',
  '5,82,Tōkyō,"two\nlines"',
]

test('writes what the policy names, values as they were, and the report', { timeout: TIMEOUT_MS }, async () => {
  const policy = small()
  // 07 is no age of the hierarchy: a number is not its text.
  const data = file('data.csv', `\uFEFF${DATA.join('\r\n').replace('07', '7')}\r\n`)
  const out = join(folder, 'made', 'out')
  const { code, stdout, stderr } = await run('--data', data, '--policy', policy, '--out', out)
  expect(stderr).toMatch(/^load: .*\nsearch: .*\nwrite: 4 records\n$/s)
  expect(code).toBe(0)
  expect(stdout).toContain('4 of 5 records in 2 classes, 1 left out')
  expect(stdout).toContain('not in the policy, not written: id')
  expect(readFileSync(join(out, 'anonymized.csv'), 'utf8')).toBe(
    'age,city,note\n70+,KR,"a ""quoted"", word"\n70+,KR,=1+1\n80+,JP,007\n80+,JP,"two\nlines"\n',
  )
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
  expect(report).toMatchObject({
    ...{ levels: [1, 1], metric: 'loss', suppressed: 1, classes: 2, records: 5, optimal: true, gap: 0 },
    ...{ suppression_limit: 0.2, columns_left_out: ['id'] },
    risk: { before: { classes: 5, highest: 1 }, after: { classes: 2, highest: 0.5, unique: 0 } },
    sensitive: { note: { distinct_l: 2, alpha: 0.5 } },
  })
  for (const key of ['score', 'loss', 'checks', 'load_ms', 'search_ms']) expect(report[key]).toEqual(expect.any(Number))
  expect(readdirSync(join(folder, 'made'))).toEqual(['out'])
})

/** What is wrong, in data or policy; exit code; the line. */
const WRONG: readonly [string, { data?: string | Uint8Array; policy?: object | string }, number, RegExp][] = [
  [
    'a value without a place',
    { data: DATA.join('\n') },
    1,
    /value_not_in_hierarchy: Line 2: age "07" is not in the hierarchy age\.csv/,
  ],
  [
    'a ragged row',
    { data: 'age,city,note\n71,Seoul,x\n72,Seoul\n' },
    1,
    /data_invalid: Line 3: 2 cells, the header has 3/,
  ],
  [
    'a line counted behind a cell of two lines',
    { data: 'age,city,note\n71,Seoul,"x\ny"\n72,Seoul\n' },
    1,
    /Line 4: 2 cells/,
  ],
  ['a quote left open', { data: 'age,city,note\n71,Seoul,"x\n' }, 1, /data_invalid: Line 2: a quote is not closed/],
  ['text behind a quote', { data: 'age,city,note\n71,Seoul,"x"y\n' }, 1, /data_invalid: Line 2: there is text behind/],
  [
    'another encoding',
    { data: Buffer.from('age,city,note\n71,Seoul,\x93\xfa\n', 'latin1') },
    1,
    /data_invalid: .*not UTF-8/,
  ],
  ['an empty file', { data: '' }, 1, /data_invalid: Line 1: there is no header/],
  ['no record', { data: 'age,city,note\n' }, 1, /data_invalid: There is no record/],
  ['a column twice', { data: 'age,city,age,note\n' }, 1, /data_invalid: Line 1: the column "age" is there twice/],
  ['an unknown column', { policy: { sensitive: ['salary'] } }, 2, /unknown_column: The data have no column "salary"/],
  ['another delimiter', { policy: { delimiter: ';' } }, 2, /unknown_column: .* is ";" its delimiter\?/],
  ['a policy that is no JSON', { policy: '{"models":' }, 2, /policy_invalid: The policy is not JSON/],
  ['an unknown key', { policy: { suppresion_limit: 0.1 } }, 2, /policy_invalid: .*suppresion_limit/],
  [
    'an unknown variant',
    { policy: { models: [{ model: 'l_diversity', variant: 'lots', l: 2 }] } },
    2,
    /policy_invalid: models\[0\]\.variant: the variant is none of distinct, entropy, recursive/,
  ],
  [
    'an unknown model',
    { policy: { models: [{ model: 'magic' }] } },
    2,
    /policy_invalid: models\[0\]\.model: the model is none of/,
  ],
  ['an unknown metric', { policy: { metric: 'magic' } }, 2, /policy_invalid: metric: /],
  ['a class of one', { policy: { models: [{ model: 'k_anonymity', k: 1 }] } }, 2, /policy_invalid: models\[0\]\.k: /],
  [
    'a recursive model without its c',
    { policy: { models: [{ model: 'l_diversity', variant: 'recursive', l: 2 }] } },
    2,
    /policy_invalid: models\[0\]\.c: /,
  ],
  [
    'a model of a column that is not sensitive',
    { policy: { models: [{ model: 'alpha_k', column: 'age', alpha: 0.5, k: 2 }] } },
    2,
    /policy_invalid: alpha_k names the column age/,
  ],
  ['a column of both kinds', { policy: { sensitive: ['age'] } }, 2, /policy_invalid: The column age is named twice/],
  [
    'an order without a value',
    {
      policy: { models: [{ model: 't_closeness', column: 'note', variant: 'ordered', t: 0.5, order: ['x'] }] },
      data: 'age,city,note\n71,Seoul,x\n72,Seoul,y\n',
    },
    2,
    /policy_invalid: The value "y" is not in the order of note/,
  ],
  [
    'a hierarchy that is not there',
    { policy: { quasi_identifiers: [{ column: 'age', hierarchy: 'none.csv' }] } },
    2,
    /hierarchy_unreadable: The hierarchy none\.csv/,
  ],
  ['a limit above everything', { policy: { suppression_limit: 1.5 } }, 2, /policy_invalid: suppression_limit: /],
  [
    'no solution',
    { policy: { models: [{ model: 'k_anonymity', k: 50 }] } },
    1,
    /no_solution: There are 5 records, and a class needs 50/,
  ],
]

test.for(WRONG)('one line and nothing written: %s', { timeout: TIMEOUT_MS }, async ([, given, exitCode, line]) => {
  const policy = typeof given.policy === 'string' ? file('policy.json', given.policy) : small(given.policy)
  const data = file('wrong.csv', given.data ?? DATA.join('\n').replace('07', '7'))
  const out = join(folder, 'wrong')
  const { code, stdout, stderr } = await run('--data', data, '--policy', policy, '--out', out)
  const said = stderr.split('\n').filter(text => text !== '' && !/^(load|search|write): /.test(text))
  expect(said).toEqual([expect.stringMatching(line)])
  expect(said[0]).toMatch(/^anonymize: /)
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' })
  expect(existsSync(out)).toBe(false)
  expect(readdirSync(folder).filter(name => name.startsWith('.'))).toEqual([])
})

test.for([
  [
    'an inconsistent one',
    'a;x;*\nb;x;y\n',
    /hierarchy_invalid: Hierarchy h\.csv, line 2: the value "x" of level 1 becomes "\*" and "y"/,
  ],
  ['a ragged one', 'a;x;*\nb;x\n', /hierarchy_invalid: Hierarchy h\.csv, line 2: has 2 levels, the first line has 3/],
  ['a value twice', 'a;*\na;*\n', /hierarchy_invalid: Hierarchy h\.csv, line 2: the value "a" was there before/],
  ['an empty one', '', /hierarchy_invalid: Hierarchy h\.csv is empty/],
] as const)('hierarchies are refused with their line: %s', { timeout: TIMEOUT_MS }, async ([, content, line]) => {
  file('h.csv', content)
  const policy = small({ quasi_identifiers: [{ column: 'note', hierarchy: 'h.csv' }], sensitive: [] })
  const data = file('data.csv', DATA.join('\n'))
  const { code, stderr } = await run('--data', data, '--policy', policy, '--out', join(folder, 'none'))
  expect(stderr).toMatch(line)
  expect(code).toBe(2)
})

test.for([
  [['--help'], 0],
  [[], 2],
  [['--data', 'nowhere.csv', '--policy', 'nowhere.json', '--out', 'x'], 2],
  [['--what'], 2],
] as [string[], number][])('%j says how it is used', { timeout: TIMEOUT_MS }, async ([args, exitCode]) => {
  const { code, stdout, stderr } = await run(...args)
  expect(code).toBe(exitCode)
  expect(stdout + stderr).toContain('Usage: npm run anonymize -- --data <csv> --policy <json> --out <folder>')
})

test('an earlier result stays when a later run fails', { timeout: TIMEOUT_MS }, async () => {
  const data = file('data.csv', DATA.join('\n').replace('07', '7'))
  const out = join(folder, 'again')
  await run('--data', data, '--policy', small(), '--out', out)
  const before = readFileSync(join(out, 'anonymized.csv'), 'utf8')
  const { code } = await run('--data', data, '--policy', small({ suppression_limit: 0, metric: 'no' }), '--out', out)
  expect(code).toBe(2)
  expect(readFileSync(join(out, 'anonymized.csv'), 'utf8')).toBe(before)
})

describeWithRecording(ADULT, 'on Adult', () => {
  const policy = (models: object[]) => {
    const sensitive = ['occupation']
    const columns = readAdult().columns.filter(column => !sensitive.includes(column))
    const quasi_identifiers = columns.map(column => ({
      column,
      hierarchy: join(adultFolder, `adult_hierarchy_${column}.csv`),
    }))
    const limits = { suppression_limit: 0.05, metric: 'loss' }
    return file('adult.json', JSON.stringify({ delimiter: ';', quasi_identifiers, sensitive, models, ...limits }))
  }
  const models = [
    { model: 'k_anonymity', k: 11 },
    { model: 'l_diversity', column: 'occupation', variant: 'entropy', l: 3 },
    { model: 't_closeness', column: 'occupation', variant: 'ordered', t: 0.3 },
  ]

  test('the output that four tools agree on', { timeout: TIMEOUT_MS }, async () => {
    const out = join(folder, 'four')
    const { code } = await run('--data', join(adultFolder, 'adult.csv'), '--policy', policy(models), '--out', out)
    expect(code).toBe(0)
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
    expect(report).toMatchObject({ levels: [0, 4, 0, 0, 2, 1, 1, 0], suppressed: 1_456, classes: 156, records: 30_162 })
    expect(report.loss.toFixed(9)).toBe('0.246735408')
    const { occupation } = report.sensitive
    expect(occupation).toMatchObject({ distinct_l: 4, alpha: 0.6 })
    expect(occupation.entropy_l.toFixed(4)).toBe('3.0617')
    expect(occupation.t_equal.toFixed(10)).toBe('0.7491063246')
    expect(occupation.beta_basic.toFixed(2)).toBe('95.98')
    expect(report.risk.after.average.toFixed(9)).toBe('0.005434404')

    const [header, ...rows] = readFileSync(join(out, 'anonymized.csv'), 'utf8')
      .trimEnd()
      .split('\n')
      .map(row => row.split(';'))
    expect(rows.length).toBe(28_706)
    const sizes = sizesOf(rows.map(row => row.filter((_, i) => header![i] !== 'occupation')))
    expect({ classes: sizes.length, k: Math.min(...sizes) }).toEqual({ classes: 156, k: 11 })
  })

  test.for(['SIGINT', 'SIGTERM'] as const)('%s leaves nothing', { timeout: TIMEOUT_MS }, async signal => {
    const out = join(folder, 'ended')
    const child = start(['--data', join(adultFolder, 'adult.csv'), '--policy', policy(models), '--out', out])
    const end = ended(child)
    child.stderr!.once('data', () => {
      child.kill(signal)
      child.kill(signal)
    })
    expect(await end).toMatchObject({ code: 1, stderr: expect.stringMatching(/anonymize: export_cancelled: .*\n$/) })
    expect(existsSync(out)).toBe(false)
    expect(readdirSync(folder).filter(name => name.startsWith('.'))).toEqual([])
  })
})
