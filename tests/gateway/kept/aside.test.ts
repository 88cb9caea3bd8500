/** What is put aside goes after thirty days, whether anything still arrives or not. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { type Aside, createAside } from '../../../gateway/aside.ts'
import type { CommitDigest } from '../../../gateway/digest.ts'
import type { Entry } from '../../../gateway/entries.ts'
import { createDayFiles, type KeptKind } from '../../../gateway/kept/day-files.ts'
import type { Consumer } from '../../../gateway/spool/consumer.ts'
import { until } from '../fixtures.ts'
import { createPowerCutDisk } from '../power-cut-files.ts'
import { quiet } from '../quiet-log.ts'

const DAY_MS = 86_400_000
const TODAY = Date.UTC(2026, 10, 25, 12)
const KINDS: KeptKind[] = ['rejections', 'conflicts', 'dead-letters']

let aside: Aside | undefined
afterEach(() => aside?.stop())

/** Nothing ever comes: a house whose devices are gone. */
const silent: Consumer<Entry, CommitDigest> = {
  next: async () => null,
  wait: async (_ms, signal) => void (await sleep(5, undefined, { signal }).catch(() => undefined)),
  advance: () => undefined,
  cursor: () => ({ position: 0, data: null }),
}

test('rejections, conflicts and dead letters of a house that has fallen silent go after thirty days, and what was replayed stays', async () => {
  const files = createDayFiles(createPowerCutDisk().files)
  const days = [0, 29, 30, 31].map(ago => new Date(TODAY - ago * DAY_MS).toISOString().slice(0, 10))
  for (const day of days) for (const kind of [...KINDS, 'replayed'] as KeptKind[]) await files.append(kind, day, ['{}'])
  let nowMs = TODAY
  aside = createAside({ files, consumer: silent, clock: () => nowMs, log: quiet })
  aside.start()
  for (const kind of KINDS) await until(kind, async () => (await files.days(kind)).length === 3)
  nowMs += 60 * DAY_MS
  for (const kind of KINDS) await until(kind, async () => (await files.days(kind)).length === 0)
  expect(await files.days('replayed')).toHaveLength(4)
})
