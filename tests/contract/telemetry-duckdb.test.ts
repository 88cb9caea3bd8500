/** The telemetry contract on a DuckDB file, and what holds for a file only. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, describe, expect, it } from 'vitest'
import { EVERYTHING } from './telemetry/checks.ts'
import { openTelemetry } from './telemetry/open.ts'
import { everyMinute } from './telemetry/rows.ts'
import { FACILITY, START_MS } from './telemetry/stream.ts'
import { telemetryContract } from './telemetry.ts'

const folders: string[] = []
const freshFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-duckdb-'))
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** Another process that holds the file. */
async function holdFile(file: string) {
  const order = JSON.stringify({
    store: { kind: 'duckdb', file },
    stream: { seed: 0, messages: 1, facility: 'other' },
    batch: 1,
  })
  const script = new URL('./telemetry/writer.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--import', 'tsx', script, order], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(createInterface({ input: child.stdout }), 'line')
  return {
    async letGo() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

describe('telemetry in a DuckDB file', () => {
  telemetryContract(async () => {
    const folder = freshFolder()
    const description = { kind: 'duckdb', file: join(folder, 'telemetry.duckdb') } as const
    return {
      description,
      folder,
      async takeAway(handle) {
        await handle.stop()
        const holder = await holdFile(description.file)
        return { handle: openTelemetry(description), codes: ['store_locked'], bringBack: holder.letGo }
      },
    }
  })

  it('says that the file is held when another process has it open', async () => {
    const file = join(freshFolder(), 'telemetry.duckdb')
    const holder = await holdFile(file)
    const telemetry = openTelemetry({ kind: 'duckdb', file })
    await expect(telemetry.sink.position()).rejects.toMatchObject({
      code: 'store_locked',
      message: expect.stringContaining('another process'),
    })
    await holder.letGo()
    expect(await telemetry.sink.position()).toBeGreaterThan(0)
    await telemetry.stop()
  })

  it('uses the space of what was removed again: month after month the file stays as large', async () => {
    const file = join(freshFolder(), 'telemetry.duckdb')
    const telemetry = openTelemetry({ kind: 'duckdb', file })
    const monthMs = 30 * 86_400_000
    const bytes: number[] = []
    let position = 0
    for (let month = 0; month < 6; month += 1) {
      // Noise, which cannot be made smaller.
      const rows = everyMinute(
        i => ({ heart_rate: Math.sin(i * 7.31 + month), resp_rate: Math.cos(i * 3.17) }),
        43_200,
      ).map(row => ({
        ...row,
        key: row.key + BigInt(month * monthMs) * 1_000_000n,
        rx: row.rx + month * monthMs,
        position: ++position,
      }))
      for (let i = 0; i < rows.length; i += 10_000) {
        const batch = rows.slice(i, i + 10_000)
        await telemetry.sink.write(batch, (batch.at(-1)?.position ?? 0) + 1)
      }
      await telemetry.sink.remove({ facility: FACILITY, fromMs: 0, toMs: START_MS + month * monthMs })
      bytes.push(statSync(file).size)
    }
    expect(bytes.at(-1)).toBeLessThan(1.5 * (bytes[1] as number))
    expect(
      (await telemetry.source.count({ facility: FACILITY, fromMs: 0, toMs: START_MS + 9 * monthMs })).telemetry,
    ).toBe(43_200)
    await telemetry.stop()
  })

  it('is let go of when both ends have stopped', async () => {
    const file = join(freshFolder(), 'telemetry.duckdb')
    const { sink, source } = openTelemetry({ kind: 'duckdb', file })
    await sink.position()
    await sink.stop()
    expect(await source.count(EVERYTHING)).toEqual({ telemetry: 0, events: 0 })
    await source.stop()
    await expect(source.count(EVERYTHING)).rejects.toMatchObject({ code: 'store_unavailable' })
    const holder = await holdFile(file)
    await holder.letGo()
  })
})
