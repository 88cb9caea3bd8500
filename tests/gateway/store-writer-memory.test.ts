/** The store writer looks at a commit's bytes only while its cursor stands before the commit's end: their memory is used again afterwards. */
import { expect, test } from 'vitest'
import { createByteWriter } from '../../core/byte-writer.ts'
import type { StoredRow } from '../../core/readings.ts'
import { type CommitDigest, createDigest } from '../../gateway/digest.ts'
import { createEntryEncoder, type Entry } from '../../gateway/entries.ts'
import { createStoreTally } from '../../gateway/ledger/store-tally.ts'
import { createBody } from '../../gateway/spool/body.ts'
import { createCommit } from '../../gateway/spool/commit.ts'
import { createStoreWriter } from '../../gateway/store-writer.ts'
import { until } from './fixtures.ts'
import { accepted, refused } from './ledger/bench.ts'
import { quiet } from './quiet-log.ts'

/** A consumer whose commits lose their bytes as soon as the cursor has passed them. */
function forgetful(commits: readonly (readonly Entry[])[]) {
  let first = 0
  const given = commits.map(entries => {
    const body = createBody(createEntryEncoder(), createByteWriter())
    for (const entry of entries) body.add(entry)
    const bytes = body.finish()
    const commit = createCommit<Entry, CommitDigest>(
      { first, count: entries.length, body: bytes, skip: 0 },
      null,
      createDigest,
    )
    first += entries.length
    return { commit, bytes }
  })
  let next = 0
  let position = 0
  return {
    // Nothing more is there after each of them, so that the writer ends its batch or passes it by.
    next: async () => (next++ % 2 === 0 ? (given[(next - 1) / 2]?.commit ?? null) : null),
    wait: () => new Promise<void>(resolve => setTimeout(resolve, 5)),
    advance(to: number) {
      position = to
      for (const { commit, bytes } of given) if (commit.first + commit.count <= to) bytes.fill(0)
    },
    cursor: () => ({ position, data: null }),
    at: () => position,
    end: first,
  }
}

test.each([1, 2, 100])('rows behind refused messages reach the store, %i to a batch', async maxRows => {
  const rows: StoredRow[] = []
  const consumer = forgetful([
    [refused(), refused()],
    [accepted(0)],
    [refused()],
    [accepted(1), refused(), accepted(2)],
    [refused(), refused(), refused()],
    [refused(), accepted(3)],
  ])
  const writer = createStoreWriter({
    sink: {
      concurrency: 2,
      position: async () => null,
      write: async batch => void rows.push(...batch),
      restore: async () => undefined,
      remove: async () => undefined as never,
      stop: async () => undefined,
    },
    consumer,
    tally: createStoreTally(null),
    deadLetter: async () => undefined,
    log: quiet,
    clock: Date.now,
    maxRows,
    gatherMs: 1,
  })
  writer.start()
  await until('all is passed', () => consumer.cursor().position === consumer.end)
  await writer.stop()
  expect(rows.map(({ seq }) => seq)).toEqual([0, 1, 2, 3])
})
