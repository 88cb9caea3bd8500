/** What is kept aside: whole lines, whatever an earlier process left; a failed sync ends the process, a full disk does not. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BootId, DeviceId, FacilityId, ProfileId } from '../../core/ids.ts'
import type { TelemetryRow } from '../../core/readings.ts'
import { createAside } from '../../gateway/aside.ts'
import type { Entry } from '../../gateway/entries.ts'
import type { Consumer } from '../../gateway/spool/consumer.ts'
import { quiet } from './quiet-log.ts'

const NOW_MS = Date.UTC(2026, 10, 25)
const FILE = 'dead-letters-2026-11-25.ndjson'
let folder = ''
let fatal: Error[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mimamori-aside-'))
  fatal = []
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const nothing: Consumer<Entry> = {
  next: async () => null,
  wait: async () => undefined,
  advance: () => undefined,
  cursor: () => ({ position: 0, data: null }),
}
const aside = () =>
  createAside({ folder, consumer: nothing, clock: () => NOW_MS, log: quiet, fatal: error => void fatal.push(error) })

const row = (seq: number): TelemetryRow => ({
  kind: 'telemetry',
  facility: 'demo' as FacilityId,
  device: 'mat1' as DeviceId,
  profile: 'bed.sleep_mat' as ProfileId,
  key: 1n,
  rx: NOW_MS,
  boot: 'b' as BootId,
  bootChanged: false,
  seq,
  marks: [],
  position: seq,
  values: { heart_rate: 70 },
})

test('a line that a crash has cut short does not swallow the next one', async () => {
  await writeFile(join(folder, FILE), '{"device":"mat1","seq":0}\n{"device":"ma')
  const kept = aside()
  await kept.deadLetter(row(1), 'store_refused')
  await kept.deadLetter(row(2), 'store_refused')
  const lines = (await readFile(join(folder, FILE), 'utf8')).trimEnd().split('\n')
  expect(lines).toHaveLength(4)
  expect([lines[2], lines[3]].map(line => JSON.parse(line ?? '').seq)).toEqual([1, 2])
})

test('nothing stands between whole lines of two processes', async () => {
  await aside().deadLetter(row(1), 'store_refused')
  await aside().deadLetter(row(2), 'store_refused')
  expect((await readFile(join(folder, FILE), 'utf8')).split('\n')).toHaveLength(3)
})

test('the process is told to end when the disk fails', async () => {
  // A folder in the file's place cannot be opened for writing.
  await mkdir(join(folder, FILE))
  await expect(aside().deadLetter(row(1), 'store_refused')).rejects.toThrow()
  expect(fatal).toHaveLength(1)
})
