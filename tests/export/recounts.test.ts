// Three engines that are not ours recount a written table: they agree with the goldens, and each finds what is broken.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { countSubjects } from '../../server/export/gate/trial/subjects.ts'
import { loadCsv } from '../../server/export/gate/trial/tables.ts'
import { readTruth } from '../../server/export/gate/trial/truth.ts'
import { QUASI_IDENTIFIERS, SENSITIVE } from '../../server/export/trial/layout.ts'
import { trialPolicy } from '../../server/export/trial/policy.ts'
import { describeWithRecording, recordingFolder } from '../device-sim/recordings.ts'
import { anonymityReferee, type Recounts, recounts } from '../referees/anonymity/anonymity.ts'
import { describeWith } from '../servers/find.ts'
import { type BuiltTrial, builtTrial, RELEASE_KEY, trialOf } from './trial-package.ts'

const temp = mkdtempSync(join(tmpdir(), 'recounts-'))
afterAll(() => rmSync(temp, { recursive: true }))

function asked(rows: readonly string[], quasi: readonly string[], sensitive: readonly string[]): Recounts {
  const file = join(temp, 'table.csv')
  writeFileSync(file, `${[...quasi, ...sensitive].join(';')}\n${rows.join('\n')}\n`)
  return recounts(file, quasi, sensitive, ';')
}
const each = <T>(found: Recounts, of: (engine: Recounts['pandas'] | Recounts['pycanon']) => T): T[] =>
  [found.pycanon, found.pandas, found.sqlite].map(of)

const SMALL = [...Array(3).fill('a;x;fell'), ...Array(2).fill('a;x;no'), 'b;x;fell', 'b;x;no', 'b;x;no', 'b;x;cut']

describeWith(anonymityReferee, 'the recounts of a small table', () => {
  it('are those on paper, from all three', () => {
    const found = asked(SMALL, ['one', 'two'], ['event'])
    expect(each(found, engine => [engine.k, engine.sensitive.event!.l])).toEqual([
      [4, 2],
      [4, 2],
      [4, 2],
    ])
    for (const { alpha, t, beta } of each(found, engine => engine.sensitive.event!)) {
      expect(alpha).toBeCloseTo(3 / 5, 12)
      // Class b against 4/9, 4/9, 1/9: ½ (|¼ − 4/9| + |½ − 4/9| + |¼ − 1/9|).
      expect(t).toBeCloseTo(7 / 36, 12)
      expect(beta).toBeCloseTo(5 / 4, 12)
    }
    for (const { records, classes, sensitive } of [found.pandas, found.sqlite]) {
      expect([records, classes]).toEqual([9, 2])
      expect(sensitive.event!.entropy_l).toBeCloseTo(Math.exp(-(0.6 * Math.log(0.6) + 0.4 * Math.log(0.4))), 12)
    }
    expect(found.pycanon.sensitive.event!.whole_entropy_l).toBe(1)
  })

  it('all fall when one row of the smallest class goes astray', () => {
    const found = asked(['c;x;no', ...SMALL.slice(0, -1)], ['one', 'two'], ['event'])
    expect(each(found, engine => engine.k)).toEqual([1, 1, 1])
  })

  it('all fall when a class has one value only', () => {
    const found = asked(
      SMALL.map(row => row.replace(/^a;x;.*/, 'a;x;fell')),
      ['one', 'two'],
      ['event'],
    )
    expect(each(found, engine => [engine.sensitive.event!.l, engine.sensitive.event!.alpha])).toEqual([
      [1, 1],
      [1, 1],
      [1, 1],
    ])
  })

  it('are refused of a table without the column', () => {
    asked(SMALL, ['one', 'two'], ['event'])
    expect(() => recounts(join(temp, 'table.csv'), ['one', 'three'], ['event'], ';')).toThrow(/three/)
  })
})

const QUASI = ['sex', 'age', 'race', 'marital-status', 'education', 'native-country', 'workclass', 'salary-class']
/** The optimum under k = 11, entropy l = 3, ordered t = 0.3, at most 5 % suppressed. */
const NODE = [0, 4, 0, 0, 2, 1, 1, 0]

function groupedBy(records: readonly string[][], keyOf: (record: string[]) => string): Map<string, string[][]> {
  const groups = new Map<string, string[][]>()
  for (const record of records) {
    const key = keyOf(record)
    const group = groups.get(key)
    if (group) group.push(record)
    else groups.set(key, [record])
  }
  return groups
}

/** The table at that node, its failing classes taken out, by plain text keys. */
function adultAtNode(): string[] {
  const linesOf = (name: string) =>
    readFileSync(join(recordingFolder('adult_arx'), name), 'utf8')
      .trim()
      .split(/\r?\n/)
  const [header, ...records] = linesOf('adult.csv').map(line => line.split(';'))
  const told = QUASI.map((name, i) => {
    const column = header!.indexOf(name)
    const levels = new Map(linesOf(`adult_hierarchy_${name}.csv`).map(line => [line.split(';')[0], line.split(';')]))
    return (record: string[]) => levels.get(record[column]!)![NODE[i]!]!
  })
  const occupation = header!.indexOf('occupation')
  const all = groupedBy(records, record => record[occupation]!)
  const order = [...all.keys()].sort()
  const classes = groupedBy(records, record => told.map(of => of(record)).join(';'))
  return [...classes].flatMap(([key, members]) => {
    const shares = order.map(value => members.filter(record => record[occupation] === value).length / members.length)
    const entropy = -shares.reduce((sum, q) => sum + (q > 0 ? q * Math.log(q) : 0), 0)
    let ahead = 0
    const distance = order.reduce((sum, value, i) => {
      ahead += shares[i]! - all.get(value)!.length / records.length
      return sum + Math.abs(ahead)
    }, 0)
    const kept = members.length >= 11 && Math.exp(entropy) >= 3 && distance / (order.length - 1) <= 0.3
    return kept ? members.map(record => `${key};${record[occupation]}`) : []
  })
}

describeWithRecording('adult_arx', 'the recounts of Adult at its optimum', () => {
  describeWith(anonymityReferee, 'by pyCANON, pandas and SQLite', () => {
    it('are the goldens', () => {
      const found = asked(adultAtNode(), QUASI, ['occupation'])
      expect([found.pandas, found.sqlite].map(({ records, classes }) => [records, classes])).toEqual([
        [28_706, 156],
        [28_706, 156],
      ])
      for (const { k, sensitive } of [found.pycanon, found.pandas, found.sqlite]) {
        const { l, alpha, t, beta } = sensitive.occupation!
        expect([k, l]).toEqual([11, 4])
        expect(alpha).toBeCloseTo(0.6, 12)
        expect(t).toBeCloseTo(0.7491063246, 10)
        expect(beta).toBeCloseTo(95.98, 2)
      }
      for (const { sensitive } of [found.pandas, found.sqlite])
        expect(sensitive.occupation!.entropy_l).toBeCloseTo(3.0617, 4)
      expect(found.pycanon.sensitive.occupation!.whole_entropy_l).toBe(3)
    })
  })
})

describeWith(anonymityReferee, 'the recounts of a trial package', () => {
  let built: BuiltTrial
  beforeAll(async () => {
    built = await builtTrial(trialOf())
  }, 120_000)
  afterAll(() => built.stop())
  const subjects = () => join(built.out, 'subjects.csv')

  it('agree with each other, with its evidence and with the policy', async () => {
    const found = recounts(subjects(), QUASI_IDENTIFIERS, SENSITIVE)
    const evidence = JSON.parse(readFileSync(join(built.out, 'evidence.json'), 'utf8')) as {
      subjects: { rows: number; classes: number; risk: { after: { highest: string } } }
    }
    for (const { records, classes } of [found.pandas, found.sqlite])
      expect([records, classes]).toEqual([evidence.subjects.rows, evidence.subjects.classes])
    for (const { k } of [found.pycanon, found.pandas, found.sqlite]) {
      expect(`1/${k}`).toBe(evidence.subjects.risk.after.highest)
      expect(k).toBeGreaterThanOrEqual(trialPolicy.k)
    }
    for (const column of SENSITIVE) {
      const [one, ...others] = each(found, engine => engine.sensitive[column]!)
      for (const other of others)
        for (const name of ['l', 'alpha', 't', 'beta'] as const) expect(other[name]).toBeCloseTo(one![name], 12)
    }
  })

  it('agree with what the gate counts', async () => {
    const found = recounts(subjects(), QUASI_IDENTIFIERS, SENSITIVE)
    await loadCsv(built.connection, built.out, 'subjects')
    const counted = await countSubjects(built.connection, await readTruth(built.job, RELEASE_KEY))
    expect([counted.smallest, counted.records, counted.classes]).toEqual([
      found.sqlite.k,
      found.sqlite.records,
      found.sqlite.classes,
    ])
    for (const column of SENSITIVE) {
      const [own, other] = [counted.sensitive[column]!, found.pandas.sensitive[column]!]
      expect([own.distinctL, own.alpha, own.t, own.beta, own.entropyL].map(value => value.toFixed(10))).toEqual(
        [other.l, other.alpha, other.t, other.beta, other.entropy_l].map(value => value.toFixed(10)),
      )
    }
  })

  it('all find the one participant who is told apart', () => {
    const [header, ...rows] = readFileSync(subjects(), 'utf8').trimEnd().split('\n')
    const file = join(temp, 'broken.csv')
    const broken = rows.map((row, i) => (i === 5 ? row.split(',').with(2, 'male').join() : row))
    writeFileSync(file, `${[header, ...broken].join('\n')}\n`)
    expect(each(recounts(file, QUASI_IDENTIFIERS, SENSITIVE), ({ k }) => k)).toEqual([1, 1, 1])
  })
})

describe('a referee that is missing', () => {
  it('is said with how to get it', () => {
    expect(anonymityReferee.install).toMatch(/anonymity\/build\.sh or set ANONYMITY_BIN/)
  })
})
