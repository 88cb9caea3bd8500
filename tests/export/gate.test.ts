/** The gate: passes what the engine wrote, and catches every kind of violation planted into it. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildP0 } from '../../server/export/anonymize/p0.ts'
import { runGate } from '../../server/export/gate/gate.ts'
import { offsetSpans } from '../../server/export/gate/recount.ts'
import type { WrittenFile } from '../../server/export/gate/written.ts'
import { type ExportInput, READINGS_FILE } from '../../server/export/input.ts'
import { assemble, assembleWithoutPeople } from '../../server/export/package/assemble.ts'
import { p0Policy } from '../../server/export/policy.ts'
import { type Duckdb, type DuckdbConnection, openDuckdb } from '../../storage/duckdb.ts'
import { atHour, deviceId, inputFor, jobFolder, type PlainReading, pulses, residentId } from './job-folder.ts'

let database: Duckdb
let connection: DuckdbConnection
const roots: string[] = []
beforeAll(async () => {
  database = await openDuckdb({ file: ':memory:' })
  connection = await database.connect()
})
afterAll(async () => {
  await database.close()
  await Promise.all(roots.map(root => rm(root, { recursive: true, force: true })))
})

async function written(input: ExportInput, readings: readonly PlainReading[]) {
  const { root, folder } = await jobFolder(input, readings)
  roots.push(root)
  const tables = await buildP0(connection, join(folder, READINGS_FILE), input, p0Policy)
  const common = { input, product: 'P0', policy: p0Policy, inputHashes: {}, keyId: '0011223344556677' } as const
  const files: WrittenFile[] = assemble({ ...common, tables })
  const gate = (changed: readonly WrittenFile[], names: Partial<ExportInput> = {}) =>
    runGate({
      connection,
      files: changed,
      jobFolder: folder,
      scratchFolder: join(folder, 'scratch'),
      input: { ...input, ...names },
      policy: p0Policy,
      ownFiles: assembleWithoutPeople(common),
    })
  return { files, gate }
}
type Package = Awaited<ReturnType<typeof written>>

/** 14 residents at 8 and 9, 11 at 10; at 11 one resident gives almost all readings. */
const dominated = Array.from({ length: 60 }, (_, n) => ({
  device: deviceId(0),
  metric: 'pulse',
  value: 61,
  deviceMs: atHour(11, 30) + n,
}))
const readings = [...pulses(14, [8, 9]), ...pulses(11, [10]), ...pulses(14, [11], 1), ...dominated]
let pack: Package
beforeAll(async () => {
  pack = await written(inputFor(14), readings)
})

const edit = (path: string, change: (text: string) => string): WrittenFile[] =>
  pack.files.map(file => {
    if (file.path !== path) return file
    const text = change(file.content.toString())
    if (text === file.content.toString()) throw new Error(`nothing planted in ${path}`)
    return { path, content: Buffer.from(text) }
  })
const replace = (path: string, from: string | RegExp, to: string) => edit(path, text => text.replace(from, to))
const checksOf = async (files: readonly WrittenFile[]) => [
  ...new Set((await pack.gate(files)).map(finding => finding.check)),
]

test('finds nothing in what the engine wrote', async () => {
  expect(await pack.gate(pack.files)).toEqual([])
})

const ROW = 'pulse,/min,8,42,14,66.8'
const CELLS = 'p0-hourly.csv'
const inReadme = (text: string) => replace('README.en.html', '</h1>', `</h1><p>${text}</p>`)

describe('catches a planted violation of the cells:', () => {
  test.each<[string, string, () => WrittenFile[]]>([
    ['a cell of eleven residents', 'residents', () => replace(CELLS, /$/, 'pulse,/min,10,33,11,65.3\n')],
    ['a cell of eleven that claims twelve', 'residents', () => replace(CELLS, /$/, 'pulse,/min,10,33,12,65.3\n')],
    ['a cell where nothing was measured', 'residents', () => replace(CELLS, /$/, 'pulse,/min,3,40,14,65.3\n')],
    ['a cell that one resident dominates', 'dominance', () => replace(CELLS, /$/, 'pulse,/min,11,74,14,62.1\n')],
    ['one reading too many', 'counts', () => replace(CELLS, ROW, 'pulse,/min,8,43,14,66.8')],
    ['one resident too many', 'counts', () => replace(CELLS, ROW, 'pulse,/min,8,42,15,66.8')],
    ['a mean off by one in the last digit', 'means', () => replace(CELLS, ROW, 'pulse,/min,8,42,14,66.9')],
    ['a mean that is no number', 'means', () => replace(CELLS, ROW, 'pulse,/min,8,42,14,')],
    ['another unit', 'units', () => replace(CELLS, ROW, 'pulse,/h,8,42,14,66.8')],
    ['a published cell left out', 'withheld', () => replace(CELLS, `${ROW}\n`, '')],
    ['a published cell twice', 'union', () => replace(CELLS, ROW, `${ROW}\n${ROW}`)],
    ['a missing suppressed row', 'union', () => replace('suppressed.csv', 'pulse,10\n', '')],
    ['a suppressed row twice', 'union', () => replace('suppressed.csv', 'pulse,10\n', 'pulse,10\npulse,10\n')],
    ['a published cell also suppressed', 'union', () => replace('suppressed.csv', 'pulse,10\n', 'pulse,8\n')],
    ['an unknown metric', 'union', () => replace('suppressed.csv', /$/, 'mood,3\n')],
    ['no published cell at all', 'empty', () => edit(CELLS, text => `${text.split('\n')[0]}\n`)],
  ])('%s', async (_what, check, plant) => {
    expect(await checksOf(plant())).toContain(check)
  })
})

describe('catches a planted violation of the form:', () => {
  test.each<[string, string, () => WrittenFile[]]>([
    [
      'one more column',
      'columns',
      () => edit(CELLS, text => text.replaceAll('\n', ',0\n').replace('mean,0', 'mean,min')),
    ],
    ['a renamed column', 'columns', () => replace(CELLS, 'n_residents', 'people')],
    [
      'text in a numeric column',
      'columns',
      () => replace('dictionary.csv', 'vital.spot_set,8310-5,150364', 'vital.spot_set,8310-5,room'),
    ],
    ['a row that is too short', 'columns', () => replace(CELLS, ROW, 'pulse,/min,8')],
    ['an empty file', 'files', () => edit('evidence.json', () => '')],
    ['a file too many', 'files', () => [...pack.files, { path: 'notes.txt', content: Buffer.from('x') }]],
    ['a file too few', 'files', () => pack.files.filter(file => file.path !== 'suppressed.csv')],
    ['a typed product label', 'label', () => replace('evidence.json', '"product": "P0"', '"product": "P1"')],
    ['another label in the legal status', 'label', () => replace('LEGAL/status.json', '"P0"', '"P2"')],
  ])('%s', async (_what, check, plant) => {
    expect(await checksOf(plant())).toContain(check)
  })
})

describe('catches in a text', () => {
  test.each<[string, string]>([
    ['a resident', `no. ${residentId(3)}`],
    ['a resident within a longer word', `x${residentId(3)}y`],
    ['a device', `measured by ${deviceId(4)}.`],
    ['the facility by id', 'at sakura-en, Tokyo'],
    ['the facility by name', 'さくら苑のデータ'],
    ['the facility by name in other letter case', 'SAKURA GARDEN home'],
    ['a reviewer', 'approved by steward2@demo'],
    ['a room in a sentence', 'room 101 was excluded'],
    ['a room in Japanese', '102号室'],
    ['a unit of the house', '2階東の値'],
    ['a name in full-width letters', 'Ｓａｋｕｒａ　Garden　Home'],
  ])('%s', async (_what, text) => {
    expect(await checksOf(inReadme(text))).toContain('identifiers')
  })

  test.each<[string, string]>([
    ['an e-mail address', 'ask hanako@example.jp'],
    ['a Japanese mobile number', '090-1234-5678'],
    ['a Japanese number without hyphens', 'tel 0312345678'],
    ['a Korean mobile number', '010-1234-5678'],
    ['an international number', '+82 10 1234 5678'],
    ['twelve digits', '123456789012'],
    ['twelve digits in groups', '1234 5678 9012'],
    ['a Korean registration number', '450101-2345678'],
    ['an insured number', '0123456789'],
    ['a postal code', '〒100-0001'],
    ['a MAC address', 'a4:cf:12:0b:9e:01'],
    ['an IP address', '192.168.1.20'],
    ['a UUID', '123e4567-e89b-12d3-a456-426614174000'],
    ['an instant', 'at 1772290800123'],
    ['a topic', 'mimamori/v1/x/y'],
  ])('%s', async (_what, text) => {
    expect(await checksOf(inReadme(text))).toContain('patterns')
  })
})

test.each<[string, () => WrittenFile[]]>([
  ['as a key of JSON', () => replace('evidence.json', '{', `{"${residentId(1)}": 1,`)],
  ['as a value of JSON', () => replace('evidence.json', '{', `{"device": "${deviceId(1)}",`)],
  ['as a cell of text', () => replace('dictionary.csv', 'Body temperature', deviceId(2))],
  ['as a room in a cell of text', () => replace('dictionary.csv', 'Body temperature', '101')],
  ['in an attribute', () => replace('README.ko.html', '<table>', `<table data-x="${residentId(1)}">`)],
  ['in the manifest', () => replace('MANIFEST.sha256', 'README.en', deviceId(1))],
])('catches an identifier %s', async (_what, plant) => {
  expect(await checksOf(plant())).toContain('identifiers')
})

test('names nothing of what it found', async () => {
  const findings = JSON.stringify(await pack.gate(inReadme(`${residentId(3)} 090-1234-5678`)))
  expect(findings).not.toMatch(/resident0|090-/)
})

test('lets a facility pass whose names the package says anyway', async () => {
  const names = {
    scope: { ...inputFor(14).scope, facility: 'metric' as ExportInput['scope']['facility'] },
    private_names: ['Release', 'kg', '8', 'Tokyo', 'steward'],
  }
  const findings = await pack.gate(pack.files, names)
  expect(findings).toEqual([])
})

test('recounts from what lies in the job folder, not from what it is told', async () => {
  const other = await written(inputFor(14), [
    ...readings,
    { device: deviceId(1), metric: 'pulse', value: 60, deviceMs: atHour(8, 59) },
  ])
  expect((await other.gate(pack.files)).map(finding => finding.check)).toContain('counts')
})

test('agrees with the engine across a change to summer time', async () => {
  const input = inputFor(12, {
    zone: 'Europe/Paris',
    from_ms: Date.UTC(2026, 2, 28, 23),
    to_ms: Date.UTC(2026, 2, 29, 22),
    placements: Array.from({ length: 12 }, (_, i) => ({
      device: deviceId(i),
      resident: residentId(i),
      from_ms: 0,
      to_ms: null,
    })),
  })
  const at = (ms: number) => pulses(12, [0], 1).map((reading): PlainReading => ({ ...reading, deviceMs: ms }))
  const paris = await written(
    input,
    [0, 50, 61, 130].flatMap(minute => at(Date.UTC(2026, 2, 29, 0, minute))),
  )
  expect(await paris.gate(paris.files)).toEqual([])
})

test('an offset span ends where the clock changes', () => {
  const change = Date.UTC(2026, 2, 29, 1)
  expect(offsetSpans(change - 7_200_000, change + 7_200_000, 'Europe/Paris')).toEqual([
    { fromMs: change - 7_200_000, toMs: change, offsetMs: 3_600_000 },
    { fromMs: change, toMs: change + 7_200_000, offsetMs: 7_200_000 },
  ])
})
