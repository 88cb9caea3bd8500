/** The Python example for makers, as it stands in the docs: killed and started again, against a platform that is killed too, it loses and doubles nothing. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import mqtt from 'mqtt'
import { expect, test } from 'vitest'
import type { Reading } from '../../core/readings.ts'
import { createDuckdbTelemetry } from '../../storage/telemetry/duckdb.ts'
import { facilityId } from '../gateway/fixtures.ts'
import { pahoPython } from '../referees/paho/paho.ts'
import { launch, listens, place } from '../servers/child.ts'
import { describeWith, locate } from '../servers/find.ts'
import { until } from './support/until.ts'

const SCRIPT = fileURLToPath(new URL('../../docs/devices/device.py', import.meta.url))
const PLATFORM = fileURLToPath(new URL('../gateway/embedded-process.ts', import.meta.url))
const LINES = 300
const EVENT_EACH = 50

describeWith(pahoPython, 'the Python device', () => {
  test('brings every sample once through kills of both sides, and drops what is refused for good', async () => {
    const { dir, port } = await place('python-device', {})
    const outbox = await mkdtemp(join(tmpdir(), 'mimamori-outbox-'))
    const platform = await launch({
      name: 'embedded',
      command: process.execPath,
      args: ['--import', import.meta.resolve('tsx'), PLATFORM, dir, String(port), 'mat1'],
      dir,
      port,
      keepDir: true,
      ready: () => listens(port),
    })
    const python: ChildProcess[] = []
    const start = () => {
      const url = `mqtt://127.0.0.1:${port}`
      const child = spawn(locate(pahoPython), [SCRIPT, url, 'demo', 'mat1', 'secret', join(outbox, 'outbox.db')], {
        stdio: ['pipe', 'ignore', 'pipe'],
      })
      python.push(child)
      let said = ''
      child.stderr.on('data', text => (said += text))
      return { child, said: () => said }
    }
    const lines = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, i) => from + i)
        .map(i => (i % EVENT_EACH === 7 ? '{"event":"bed_exit"}' : `{"metrics":{"activity":${i}}}`))
        .join('\n')

    const ear = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
      clientId: 'ear',
      username: 'server',
      password: 'x',
    })
    let seen = 0
    ear.on('message', () => (seen += 1)).on('error', () => undefined)
    await ear.subscribeAsync('mimamori/v1/demo/mat1/receipt')

    try {
      const first = start()
      first.child.stdin?.write(`${lines(0, LINES / 2)}\n`)
      await until('some come', () => seen > 0)
      await platform.kill()
      first.child.kill('SIGKILL')
      await once(first.child, 'close')

      const second = start()
      second.child.stdin?.write(`${lines(LINES / 2, LINES)}\n{"metrics":{"unheard_of":1}}\n`)
      second.child.stdin?.end()
      await platform.restart()
      const [code] = await once(second.child, 'close')
      expect(code).toBe(0)
      expect(second.said()).toMatch(/^refused: unknown_metric/m)
      await platform.kill('SIGTERM')

      const store = createDuckdbTelemetry({ file: join(dir, 'telemetry.duckdb') })
      const readings: Reading[] = []
      const now = Date.now()
      for await (const reading of store.source.scan({
        facility: facilityId('demo'),
        fromMs: now - 600_000,
        toMs: now + 60_000,
        metrics: ['activity'],
      }))
        readings.push(reading)
      await store.stop()
      const values = readings.map(({ value }) => value)
      expect(new Set(readings.map(({ boot }) => boot)).size).toBe(1)
      expect(new Set(readings.map(({ seq }) => seq)).size).toBe(readings.length)
      expect(new Set(values).size).toBe(values.length)
      const secondHalf = Array.from({ length: LINES / 2 }, (_, i) => LINES / 2 + i).filter(i => i % EVENT_EACH !== 7)
      expect(values).toEqual(expect.arrayContaining(secondHalf))
    } finally {
      ear.end(true)
      for (const child of python) child.kill('SIGKILL')
      await platform.stop()
      await rm(outbox, { recursive: true, force: true })
      await rm(dir, { recursive: true, force: true })
    }
  })
})
