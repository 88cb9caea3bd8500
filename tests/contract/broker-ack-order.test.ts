/** PUBACKs of the embedded broker while the disk is slow: in the order of the PUBLISHes, and without losing a device that keeps its word. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { clientIdOf } from '../../core/ids.ts'
import { deviceTopic } from '../../core/topics.ts'
import { type Embedded, startEmbedded } from '../gateway/embedded.ts'
import { bedExit, telemetry, until } from '../gateway/fixtures.ts'
import { createPowerCutDisk } from '../gateway/power-cut-files.ts'
import { connectRaw, idOf, PINGRESP, PUBACK, pingPacket, publishPacket, type RawConnection } from './mqtt-raw.ts'

let house: Embedded
let disk: ReturnType<typeof slowDisk>
let device: RawConnection
beforeEach(async () => {
  disk = slowDisk()
  house = await startEmbedded({ files: disk.files })
})
afterEach(async () => {
  device?.drop()
  disk.let()
  await house.stop()
})

const of = (leaf: 'telemetry' | 'event' | 'status', payload: string, id: number): Buffer =>
  publishPacket({ topic: deviceTopic('demo', 'mat1', leaf), payload, qos: 1, id })
const status = (): string => JSON.stringify({ v: 1, ts: Date.now(), state: 'online' })
const signIn = { clientId: clientIdOf('demo', 'mat1'), username: 'mat1', password: 'mat1' }
const acknowledged = (): number[] => device.received.filter(({ type }) => type === PUBACK).map(idOf)
const countOf = (type: number): number => device.received.filter(one => one.type === type).length
const afterMs = (ms: number): Promise<void> => {
  const began = performance.now()
  return until(`${ms} ms passed`, () => performance.now() - began > ms)
}

test('PUBACKs come in the order of their PUBLISHes, whatever the messages are [MQTT-4.6.0-2]', async () => {
  device = await connectRaw(house.port, signIn)
  const send: Record<number, (id: number) => Buffer> = {
    0: id => of('telemetry', telemetry('b', id), id),
    1: id => of('status', status(), id),
    2: id => of('event', bedExit('b', id), id),
    // Sent again, refused, of a device's own topics all the same.
    3: id => of('telemetry', telemetry('b', id - 3), id),
    4: id => of('telemetry', '{', id),
  }
  const ids = Array.from({ length: 50 }, (_, i) => i + 1)
  device.send(...ids.map(id => (send[id % 5] as (id: number) => Buffer)(id)))
  await until('all', () => acknowledged().length === ids.length)
  expect(acknowledged()).toEqual(ids)
})

test('a device that pings stays connected while its PUBACKs are withheld for longer than its keepalive allows silence', async () => {
  device = await connectRaw(house.port, { ...signIn, keepalive: 1 })
  disk.hold()
  device.send(of('telemetry', telemetry('b', 0), 1))
  await until('the sync is asked for', () => disk.waiting() > 0)
  const timer = setInterval(() => device.send(pingPacket()), 300)
  try {
    await until('ten answers', () => countOf(PINGRESP) >= 10 || device.isClosed())
    expect(device.isClosed()).toBe(false)
    expect(acknowledged()).toEqual([])
    disk.let()
    await until('acknowledged', () => acknowledged().length === 1)
  } finally {
    clearInterval(timer)
  }
})

test('a device that is not read while too much is under way stays connected, and is acknowledged in order', async () => {
  device = await connectRaw(house.port, { ...signIn, keepalive: 1 })
  disk.hold()
  const ids = Array.from({ length: 6_000 }, (_, i) => i + 1)
  device.send(...ids.map(id => of('telemetry', telemetry('b', id - 1), id)))
  await until('the sync is asked for', () => disk.waiting() > 0)
  await afterMs(3_500)
  expect(device.isClosed()).toBe(false)
  expect(acknowledged()).toEqual([])
  disk.let()
  await until('all', () => acknowledged().length === ids.length)
  expect(acknowledged()).toEqual(ids)
  expect(house.gateway.totals('demo')).toMatchObject({ accepted: ids.length, missing: 0 })
})

test('a device that is silent for longer than its keepalive allows is let go, although PUBACKs are withheld from it', async () => {
  device = await connectRaw(house.port, { ...signIn, keepalive: 1 })
  disk.hold()
  device.send(of('telemetry', telemetry('b', 0), 1))
  await device.closed
})

/** A disk whose syncs can be held. */
function slowDisk() {
  const { files } = createPowerCutDisk()
  let held: Promise<void> | null = null
  let release: () => void = () => undefined
  let waiting = 0
  return {
    files: {
      ...files,
      async open(name: string, options?: { create?: boolean }) {
        const file = await files.open(name, options)
        return {
          ...file,
          sync: async () => {
            waiting += 1
            await held
            waiting -= 1
            await file.sync()
          },
        }
      },
    },
    hold() {
      held = new Promise(resolve => {
        release = resolve
      })
    },
    let: () => release(),
    waiting: () => waiting,
  }
}
