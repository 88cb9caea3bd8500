/** SIGKILL of broker and gateway in mid-load: every acknowledged message is in the DuckDB store exactly once, unaltered. */

import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Reading } from '../../core/readings.ts'
import { createDuckdbTelemetry } from '../../storage/telemetry/duckdb.ts'
import { facilityId } from '../gateway/fixtures.ts'
import { BOOT, loadValue, startLoadDevice } from '../gateway/load-devices.ts'
import { launch, listens, place } from '../servers/child.ts'

const DEVICES = ['mat1', 'mat2', 'mat3', 'mat4']
const COUNT = 6_000
const KILLS = 5

test('nothing acknowledged is lost, doubled or altered when the process is killed five times under load', async () => {
  const { dir, port } = await place('gateway-embedded', {})
  const script = fileURLToPath(new URL('../gateway/embedded-process.ts', import.meta.url))
  const child = await launch({
    name: 'embedded',
    command: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), script, dir, String(port), DEVICES.join(',')],
    dir,
    port,
    keepDir: false,
    ready: () => listens(port),
  })
  const beganMs = Date.now()
  const url = `mqtt://127.0.0.1:${port}`
  const loads = DEVICES.map(device =>
    startLoadDevice({ url, device, count: COUNT, by: 'puback', inFlight: 100, credentials: true }, beganMs),
  )
  try {
    let counted = 0
    for (let kill = 0; kill < KILLS; kill += 1) {
      const before = safeOf(loads)
      // A kill counts only when it hits unacknowledged messages, so it waits for traffic.
      while (safeOf(loads) < before + 500) await sleep(5)
      await sleep(20 + ((kill * 37) % 60))
      const unacknowledged = loads.reduce((sum, load) => sum + load.sent.size - load.safe.size, 0)
      await child.kill()
      if (unacknowledged > 0) counted += 1
      await child.restart()
    }
    expect(counted).toBe(KILLS)
    await Promise.all(loads.map(load => load.done))
  } finally {
    await Promise.all(loads.map(load => load.stop()))
  }
  await child.kill('SIGTERM')

  const store = createDuckdbTelemetry({ file: join(dir, 'telemetry.duckdb') })
  const found = new Map<string, Reading[]>()
  const range = {
    facility: facilityId('demo'),
    fromMs: beganMs - 1_000,
    toMs: beganMs + COUNT + 1_000,
    metrics: ['heart_rate'],
  }
  for await (const reading of store.source.scan(range)) {
    const id = `${reading.device} ${reading.boot} ${reading.seq}`
    found.set(id, [...(found.get(id) ?? []), reading])
  }
  await store.stop()
  DEVICES.forEach((device, i) => {
    for (const seq of loads[i]?.safe ?? []) {
      const readings = found.get(`${device} ${BOOT} ${seq}`) ?? []
      expect(
        readings.map(reading => reading.value),
        `${device} ${seq}`,
      ).toEqual([loadValue(seq)])
      expect(readings[0]?.deviceMs).toBe(beganMs + seq)
    }
  })
  expect(found.size).toBe(DEVICES.length * COUNT)
  expect(loads.reduce((sum, load) => sum + load.resent(), 0)).toBeGreaterThan(0)
  await child.stop()
})

const safeOf = (loads: { safe: Set<number> }[]): number => loads.reduce((sum, load) => sum + load.safe.size, 0)
