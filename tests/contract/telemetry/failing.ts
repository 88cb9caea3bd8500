/** What holds when writers are killed, the store goes away, or everything stops. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, it } from 'vitest'
import type { Fixture } from '../telemetry.ts'
import { EVERYTHING, expectStored } from './checks.ts'
import { persist, writeAll } from './rows.ts'
import { batches, makeStream, positionAfter } from './stream.ts'
import type { WriterOrder } from './writer.ts'

export function failingContract(at: Fixture): void {
  describe('failing', () => {
    const children: ChildProcess[] = []
    afterEach(() => {
      for (const child of children.splice(0)) child.kill('SIGKILL')
    })

    /** Kills a writer in another process once it has told of `commits` batches; returns how many rows it told of. */
    async function killWriterAfter(commits: number, order: WriterOrder): Promise<number> {
      const script = new URL('./writer.ts', import.meta.url).pathname
      const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(order)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      children.push(child)
      let told = 0
      for await (const line of createInterface({ input: child.stdout })) {
        told = Number(line)
        if (--commits === 0) child.kill('SIGKILL')
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      return told
    }

    it('counts every row once when the writer was killed between commit and cursor, and repeats', async () => {
      const stream = { seed: 7, messages: 4_000 }
      const rows = makeStream(stream)
      const attempts = [
        { commits: 1, batch: 500 },
        { commits: 3, batch: 211 },
        { commits: 9, batch: 97 },
      ]
      for (const { commits, batch } of attempts) {
        const told = await killWriterAfter(commits, { store: at.store.description, stream, batch })
        const reader = at.open()
        const { telemetry: messages, events } = await reader.source.count(EVERYTHING)
        expect(messages + events).toBeGreaterThanOrEqual(told)
        const position = await reader.sink.position()
        if (position !== null) expect(position).toBeGreaterThanOrEqual(positionAfter(rows.slice(0, told)))
        await reader.stop()
      }
      await writeAll(at.telemetry.sink, rows, 450)
      await expectStored(at.telemetry.source, rows)
    })

    it('stores what was refused meanwhile, and keeps what was stored, when the store was away', async () => {
      const rows = makeStream({ seed: 8, messages: 900 })
      const [first, second] = [rows.slice(0, 600), rows.slice(600)]
      await writeAll(at.telemetry.sink, first, 300)
      const away = await at.store.takeAway(at.telemetry)
      at.telemetry = away.handle
      at.opened.push(at.telemetry)
      const refused: { code?: string } = await at.telemetry.sink
        .write(second, positionAfter(second))
        .catch(error => error)
      expect(away.codes).toContain(refused?.code)
      const unread: { code?: string } = await at.telemetry.source.count(EVERYTHING).catch(error => error)
      expect(away.codes).toContain(unread?.code)
      await away.bringBack()
      await persist(() => at.telemetry.sink.write(second, positionAfter(second)))
      await expectStored(at.telemetry.source, rows)
    })

    it('has stored all that was under way when it stops, and takes nothing after', async () => {
      const rows = makeStream({ seed: 9, messages: 1_500 })
      const writes = [...batches(rows, 500)].map(batch => at.telemetry.sink.write(batch, positionAfter(batch)))
      await at.telemetry.stop()
      await Promise.all(writes)
      await expect(at.telemetry.sink.write(rows, positionAfter(rows))).rejects.toMatchObject({
        code: 'store_unavailable',
      })
      await expectStored(at.open().source, rows)
    })
  })
}
