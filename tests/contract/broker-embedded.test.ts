/** The embedded broker over real MQTT: the contract's rights, and PUBACK only after the sync. */
import { connect as connectTcp } from 'node:net'
import type { MqttClient } from 'mqtt'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RejectedMessage } from '../../core/rejections.ts'
import { nodeFiles, type SpoolFiles } from '../../gateway/spool/files.ts'
import { type Embedded, startEmbedded } from '../gateway/embedded.ts'
import { bedExit, registryOf, telemetry, until } from '../gateway/fixtures.ts'

const topic = (device: string, leaf: string, facility = 'demo'): string => `mimamori/v1/${facility}/${device}/${leaf}`
const closed = (client: MqttClient): Promise<void> => new Promise(resolve => client.once('close', () => resolve()))

/** Publishes, and says whether the broker acknowledged or ended the connection. */
async function publish(client: MqttClient, to: string, payload: string | Buffer): Promise<'acknowledged' | 'closed'> {
  return Promise.race([
    client.publishAsync(to, payload, { qos: 1 }).then(
      () => 'acknowledged' as const,
      () => 'closed' as const,
    ),
    closed(client).then(() => 'closed' as const),
  ])
}

describe('rights', () => {
  let house: Embedded
  beforeEach(async () => {
    house = await startEmbedded()
  })
  afterEach(() => house.stop())

  test.each([
    ['a wrong password', { password: 'wrong' }],
    ['no user name', { username: undefined, password: undefined }],
    ["another device's client id", { clientId: 'demo.mat2' }],
    ['a client id of its own choice', { clientId: 'mine' }],
    ['an empty client id', { clientId: '', clean: true }],
    ["a will on another device's status", { will: { topic: topic('mat2', 'status'), payload: Buffer.from('{}') } }],
    ['a will on its own telemetry', { will: { topic: topic('mat1', 'telemetry'), payload: Buffer.from('{}') } }],
    ['MQTT 5', { protocolVersion: 5 as const }],
  ])('a device is refused when it comes with %s', async (_what, options) => {
    await expect(house.device('mat1', options)).rejects.toThrow()
  })

  test("another's client id is refused and the other stays connected", async () => {
    const mat2 = await house.device('mat2')
    await expect(house.device('mat1', { clientId: 'demo.mat2' })).rejects.toThrow()
    expect(await publish(mat2, topic('mat2', 'telemetry'), telemetry('b', 0))).toBe('acknowledged')
  })

  test.each([
    ['telemetry', telemetry('b', 0)],
    ['event', bedExit('b', 0)],
    ['status', JSON.stringify({ v: 1, ts: Date.now(), state: 'online' })],
  ])('a device may publish its own %s', async (leaf, payload) => {
    const mat1 = await house.device('mat1')
    expect(await publish(mat1, topic('mat1', leaf), payload)).toBe('acknowledged')
  })

  test.each([
    topic('mat2', 'telemetry'),
    topic('mat2', 'status'),
    topic('mat1', 'receipt'),
    topic('mat1', 'rejected'),
    topic('mat1', 'telemetry', 'other'),
    topic('mat1', 'telemetry/more'),
    'mimamori/v1/demo/registry',
    'mimamori/v1/demo/live',
    'mimamori/v1/demo/gateway',
    'mimamori/v1/demo/condition/mat1/fall',
    'something/else',
  ])('a device that publishes on %s loses its connection, and the attempt is kept', async to => {
    const mat1 = await house.device('mat1')
    expect(await publish(mat1, to, telemetry('b', 0))).toBe('closed')
    expect(house.gateway.totals('demo')).toMatchObject({ accepted: 0, refused: 1 })
  })

  test.each([
    [topic('mat1', 'receipt'), true],
    [topic('mat1', 'rejected'), true],
    [topic('mat2', 'receipt'), false],
    [topic('mat1', 'telemetry'), false],
    [topic('mat1', '+'), false],
    [topic('+', 'receipt'), false],
    ['mimamori/v1/demo/live', false],
    ['mimamori/v1/demo/registry', false],
    ['#', false],
    ['$SYS/#', false],
  ])('a device that subscribes %s is granted it: %s', async (filter, granted) => {
    const mat1 = await house.device('mat1')
    const answer = await mat1.subscribeAsync(filter, { qos: 1 }).then(
      grants => grants.every(grant => grant.qos < 128),
      () => false,
    )
    expect(answer).toBe(granted)
  })

  test('a refused filter brings nothing later, even to a lasting session that asked for it beside an allowed one', async () => {
    const lasting = await house.device('mat1', { clean: false })
    await lasting
      .subscribeAsync([topic('mat1', 'rejected'), topic('mat2', 'rejected')], { qos: 1 })
      .catch(() => undefined)
    await lasting.endAsync()
    for (const device of ['mat1', 'mat2'])
      await house.broker.bus.publish(topic(device, 'rejected'), `for ${device}`, { qos: 1 })
    const got: string[] = []
    const again = await house.device('mat1', { clean: false })
    again.on('message', (_topic, payload) => got.push(payload.toString()))
    await again.subscribeAsync(topic('mat1', 'receipt'), { qos: 1 })
    await house.broker.bus.publish(topic('mat1', 'receipt'), 'last', { qos: 1 })
    await until('the last message', () => got.includes('last'))
    expect(got).not.toContain('for mat2')
  })

  test('a device whose credential is revoked loses its connection', async () => {
    const mat1 = await house.device('mat1')
    const end = closed(mat1)
    house.broker.disconnect('demo.mat1')
    await end
  })

  test('a packet above 1 MiB ends the connection before it is gathered', async () => {
    const mat1 = await house.device('mat1')
    expect(await publish(mat1, topic('mat1', 'telemetry'), Buffer.alloc(1_048_577, 32))).toBe('closed')
    expect(house.gateway.totals('demo').refused).toBe(0)
    const again = await house.device('mat1')
    expect(await publish(again, topic('mat1', 'telemetry'), Buffer.alloc(1_000_000, 32))).toBe('acknowledged')
    expect(house.gateway.totals('demo').refused).toBe(1)
  })

  test('a first packet that announces too much ends the connection', async () => {
    const socket = connectTcp(house.port, '127.0.0.1')
    const end = new Promise<void>(resolve => socket.once('close', () => resolve()))
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4]))
    socket.on('error', () => undefined)
    await end
  })

  test('the will of a device that is gone becomes its status', async () => {
    const will = {
      topic: topic('mat1', 'status'),
      payload: Buffer.from('{"v":1,"state":"offline"}'),
      qos: 1 as const,
      retain: true,
    }
    const server = await house.platform()
    const live: string[] = []
    server.on('message', (_topic, payload) => live.push(payload.toString()))
    await server.subscribeAsync('mimamori/v1/demo/live')
    const mat1 = await house.device('mat1', { will })
    await publish(mat1, topic('mat1', 'status'), JSON.stringify({ v: 1, ts: Date.now(), state: 'online' }))
    await until('online', () => live.some(text => text.includes('"online":true')))
    mat1.stream.destroy()
    await until('offline', () => live.some(text => text.includes('"online":false')))
  })
})

describe('acknowledgement', () => {
  test('PUBACK comes only after the sync', async () => {
    const gate = gatedFiles()
    const house = await startEmbedded({ files: gate.files })
    try {
      const mat1 = await house.device('mat1')
      gate.close()
      let acknowledged = 0
      const work = [0, 1, 2].map(seq =>
        mat1.publishAsync(topic('mat1', 'telemetry'), telemetry('b', seq), { qos: 1 }).then(() => {
          acknowledged += 1
        }),
      )
      await until('the sync is asked for', () => gate.waiting() > 0)
      // Another device's whole conversation fits in, so the broker had its time.
      const mat2 = await house.device('mat2')
      await mat2.subscribeAsync(topic('mat2', 'receipt'), { qos: 1 })
      expect(acknowledged).toBe(0)
      expect(house.sink.rows).toEqual([])
      gate.open()
      await Promise.all(work)
      await until('stored', () => house.sink.rows.length === 3)
    } finally {
      gate.open()
      await house.stop()
    }
  })

  test('nothing is acknowledged and the process is told to end when the sync fails', async () => {
    const gate = gatedFiles()
    const house = await startEmbedded({ files: gate.files })
    try {
      const mat1 = await house.device('mat1')
      gate.break()
      let acknowledged = false
      void mat1.publishAsync(topic('mat1', 'telemetry'), telemetry('b', 0), { qos: 1 }).then(
        () => {
          acknowledged = true
        },
        () => undefined,
      )
      await until('told to end', () => house.fatal.length === 1)
      expect(acknowledged).toBe(false)
    } finally {
      await house.stop()
    }
  })

  test('a device that the registry does not know hears why and loses its connection; after the cure its message is accepted', async () => {
    const house = await startEmbedded()
    try {
      const ghost = await house.device('ghost')
      const heard: RejectedMessage[] = []
      ghost.on('message', (_topic, payload) => heard.push(JSON.parse(payload.toString()) as RejectedMessage))
      await ghost.subscribeAsync(topic('ghost', 'rejected'), { qos: 1 })
      const message = telemetry('b', 0)
      expect(await publish(ghost, topic('ghost', 'telemetry'), message)).toBe('closed')
      await until('rejection', () => heard.length === 1)
      expect(heard[0]).toMatchObject({ boot: 'b', seq: 0, reason: 'unknown_device', final: false })
      await house.broker.bus.publish('mimamori/v1/demo/registry', JSON.stringify(registryOf('demo', ['ghost'], 2)), {
        qos: 1,
        retain: true,
      })
      const again = await house.device('ghost')
      expect(await publish(again, topic('ghost', 'telemetry'), message)).toBe('acknowledged')
      expect(house.gateway.totals('demo')).toMatchObject({ accepted: 1, refused: 1, duplicate: 0 })
    } finally {
      await house.stop()
    }
  })
})

/** The real disk, whose syncs can be held back or made to fail. */
function gatedFiles() {
  let gate: Promise<void> = Promise.resolve()
  let open: () => void = () => undefined
  let broken = false
  let waiting = 0
  let real: SpoolFiles | null = null
  const folder = `${process.env.TMPDIR ?? '/tmp'}/mimamori-gated-${process.pid}-${Math.random().toString(36).slice(2)}`
  const inner = (): SpoolFiles => {
    real ??= nodeFiles(folder)
    return real
  }
  const files: SpoolFiles = {
    list: () => inner().list(),
    rename: (from, to) => inner().rename(from, to),
    remove: name => inner().remove(name),
    syncFolder: () => inner().syncFolder(),
    async open(name, options) {
      const file = await inner().open(name, options)
      return {
        ...file,
        sync: async () => {
          if (broken) throw Object.assign(new Error('EIO'), { code: 'EIO' })
          waiting += 1
          await gate
          waiting -= 1
          await file.sync()
        },
      }
    },
  }
  return {
    files,
    close: () => {
      gate = new Promise(resolve => {
        open = resolve
      })
    },
    open: () => open(),
    break: () => {
      broken = true
    },
    waiting: () => waiting,
  }
}
