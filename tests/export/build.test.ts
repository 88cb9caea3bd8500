/** A build as a whole: the same bytes every time, and no release whenever something is wrong. */
import { existsSync } from 'node:fs'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { buildDataset } from '../../server/export/build.ts'
import { type ExportInput, INPUT_FILE, READINGS_FILE } from '../../server/export/input.ts'
import { writeExportInput } from '../../server/export/job.ts'
import type { ExportProgress } from '../../server/export/outcome.ts'
import { readZip } from '../../server/export/zip.ts'
import { inputFor, jobFolder, type PlainReading, pulses, writeReadings } from './job-folder.ts'

const roots: string[] = []
afterEach(async () => {
  await Promise.all(roots.splice(0).map(root => rm(root, { recursive: true, force: true })))
})
async function job(input: ExportInput = inputFor(14), readings: readonly PlainReading[] = pulses(14, [8])) {
  const made = await jobFolder(input, readings)
  roots.push(made.root)
  const steps: ExportProgress[] = []
  const build = () => buildDataset({ ...made, progress: progress => steps.push(progress) })
  return { ...made, steps, build, released: () => existsSync(join(made.folder, 'release')) }
}

test('the same bytes when built twice from the same input with the same key', async () => {
  const { folder, build } = await job()
  const first = await build()
  const bytes = await readFile(join(folder, 'release', first.files[0]!.name))
  const second = await build()
  expect(second).toEqual(first)
  expect(await readFile(join(folder, 'release', second.files[0]!.name))).toEqual(bytes)
})

test('the same tables when the extract holds the same readings in another order', async () => {
  // Thirds do not add up in floating point to the same sum in every order.
  const { folder, build } = await job(inputFor(14), pulses(14, [8], 97))
  const tables = async () => {
    const zip = await readZip(join(folder, 'release', 'release0000000000abc.zip'))
    return zip.ok ? zip.entries.find(entry => entry.path.endsWith('p0-hourly.csv'))?.content.toString() : undefined
  }
  await build()
  const before = await tables()
  await writeReadings(join(folder, READINGS_FILE), pulses(14, [8], 97).reverse())
  await build()
  expect(await tables()).toBe(before)
})

test('progress names each step once and never falls', async () => {
  const { build, steps } = await job()
  await build()
  expect(steps.map(({ step }) => step)).toEqual(['aggregate', 'package', 'gate', 'sign', 'done'])
  expect(steps.map(({ fraction }) => fraction)).toEqual(
    [...steps.map(({ fraction }) => fraction)].sort((a, b) => a - b),
  )
  expect(steps.every(({ readings }) => readings === 42)).toBe(true)
})

test('leaves nothing but input and release behind', async () => {
  const { folder, build } = await job()
  await build()
  expect((await readdir(folder)).sort()).toEqual([INPUT_FILE, READINGS_FILE, 'release'].sort())
})

test('too_few_people before anything is read when eleven residents consented', async () => {
  const { folder, build, released } = await job(inputFor(11))
  await rm(join(folder, READINGS_FILE))
  await expect(build()).rejects.toMatchObject({ code: 'too_few_people' })
  expect(released()).toBe(false)
})

test('too_few_people when no cell has enough residents', async () => {
  const { build, released, steps } = await job(inputFor(14), pulses(11, [8]))
  await expect(build()).rejects.toMatchObject({ code: 'too_few_people' })
  expect(released()).toBe(false)
  expect(steps.map(({ step }) => step)).toEqual(['aggregate'])
})

test('an earlier release is gone when a later build of the folder fails', async () => {
  const { folder, build, released } = await job()
  await build()
  await writeReadings(join(folder, READINGS_FILE), pulses(11, [8]))
  await expect(build()).rejects.toMatchObject({ code: 'too_few_people' })
  expect(released()).toBe(false)
})

test('gate_refused, and no release, when the package would name the facility', async () => {
  // The recipient's own name goes into the package; here it holds the facility's.
  const input = inputFor(14, { maker: 'Sakura Garden Home Devices' })
  const { build, released } = await job(input)
  await expect(build()).rejects.toMatchObject({ code: 'gate_refused', message: expect.not.stringContaining('Sakura') })
  expect(released()).toBe(false)
})

test.each<[string, string, (folder: string, keyFile: string) => Promise<void>]>([
  ['readings_unreadable', 'the extract is no Parquet', folder => writeFile(join(folder, READINGS_FILE), 'x')],
  ['readings_unreadable', 'the extract is missing', folder => rm(join(folder, READINGS_FILE))],
  ['input_invalid', 'the input is missing', folder => rm(join(folder, INPUT_FILE))],
  ['input_invalid', 'the input is no JSON', folder => writeFile(join(folder, INPUT_FILE), '{')],
  ['signing_key', 'the key is missing', (_folder, keyFile) => rm(keyFile)],
])('%s when %s', async (code, _what, damage) => {
  const { folder, signingKeyFile, build, released } = await job()
  await damage(folder, signingKeyFile)
  await expect(build()).rejects.toMatchObject({ code })
  expect(released()).toBe(false)
})

test.each<[string, (input: ExportInput) => void]>([
  ['one person approved twice', input => (input.approvals[1]!.by = input.approvals[0]!.by)],
  ['one approval', input => input.approvals.pop()],
  ['placements of a device overlap', input => input.placements.push(input.placements[0]!)],
  ['the period is empty', input => (input.to_ms = input.from_ms)],
  ['a device type has no definition', input => input.profiles.pop()],
  ['a device is of another type', input => (input.devices[0]!.profile = 'bed.sleep_mat' as never)],
  ['the zone is unknown', input => (input.zone = 'Mars/Olympus')],
])('the input is refused when %s', async (_what, spoil) => {
  const input = inputFor(14)
  spoil(input)
  const { folder } = await job()
  await expect(writeExportInput(folder, input)).rejects.toThrow()
})

test('demonstration data say so in every language and in the legal status', async () => {
  const { folder, build } = await job(inputFor(14, { demonstration: true }))
  await build()
  const zip = await readZip(join(folder, 'release', 'release0000000000abc.zip'))
  if (!zip.ok) throw new Error(zip.detail)
  const said = zip.entries.filter(entry =>
    /Demonstration:|デモ:|데모:|demonstration: simulated/.test(entry.content.toString()),
  )
  expect(said.map(entry => entry.path.split('/').slice(1).join('/'))).toEqual([
    'LEGAL/status.json',
    'README.en.html',
    'README.ja.html',
    'README.ko.html',
  ])
})
