/** The embedded store on a disk that fills up: nothing that was stored is lost, and it goes on by itself when there is room again. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createDuckdbTelemetry } from '../../storage/telemetry/duckdb.ts'
import { EVERYTHING, expectStored } from './telemetry/checks.ts'
import { persist } from './telemetry/rows.ts'
import { batches, makeStream, positionAfter } from './telemetry/stream.ts'

const folder = mkdtempSync(join(tmpdir(), 'mimamori-full-'))
const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]).status === 0
afterAll(() => {
  if (mounted) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
})

const name = 'telemetry on a full disk'
describe.skipIf(!mounted)(mounted ? name : `${name} [skipped: this account may not mount a small disk]`, () => {
  it('fails as unavailable while there is no room, still reads, and stores all once there is', async () => {
    const filler = join(folder, 'filler')
    writeFileSync(filler, Buffer.alloc(7_000_000))
    const telemetry = createDuckdbTelemetry({ file: join(folder, 'telemetry.duckdb') })
    const rows = makeStream({ seed: 40, messages: 20_000 })
    let refused = 0
    for (const batch of batches(rows, 1_000)) {
      await persist(() =>
        telemetry.sink.write(batch, positionAfter(batch)).catch(async error => {
          expect(error).toMatchObject({ code: 'store_unavailable', retryable: true })
          const { telemetry: messages, events } = await telemetry.source.count(EVERYTHING)
          expect(messages + events).toBe(rows.indexOf(batch[0] as (typeof rows)[number]))
          if (++refused === 3) rmSync(filler)
          throw error
        }),
      )
    }
    expect(refused).toBeGreaterThanOrEqual(3)
    await expectStored(telemetry.source, rows)
    await telemetry.stop()
  })
})
