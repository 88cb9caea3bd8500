/** The reference device over a real broker, against a platform that a test plays: receipts, refusals, lost connections. */
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Device, type DeviceOptions, startDevice } from '../../device-sim/device.ts'
import { until } from '../app/support/until.ts'
import { describeWith } from '../servers/find.ts'
import { type Mosquitto, mosquitto, startMosquitto } from '../servers/mosquitto.ts'

const ROOT = 'mimamori/v1/demo/mat-1'

describeWith(mosquitto, 'the reference device', () => {
  let broker: Mosquitto
  let platform: MqttClient
  let device: Device | undefined
  let heard: { leaf: string; body: Record<string, unknown>; retained: boolean }[] = []

  beforeAll(async () => {
    broker = await startMosquitto()
    platform = await mqtt.connectAsync(broker.url)
    platform.on('message', (topic, payload, packet) => {
      const leaf = topic.slice(ROOT.length + 1)
      heard.push({ leaf, body: JSON.parse(payload.toString()), retained: packet.retain })
    })
    for (const leaf of ['telemetry', 'event', 'status']) await platform.subscribeAsync(`${ROOT}/${leaf}`, { qos: 1 })
  })
  afterEach(async () => {
    await device?.stop()
    device = undefined
    await platform.publishAsync(`${ROOT}/receipt`, '', { qos: 1, retain: true })
    heard = []
  })
  afterAll(async () => {
    await platform?.endAsync()
    await broker?.stop()
  })

  const start = (more: Partial<DeviceOptions> = {}): Device => {
    const identity = { facility: 'demo', device: 'mat-1', clientId: 'demo.mat-1', username: 'u', password: 'p' }
    device = startDevice({ ...identity, url: broker.url, boot: 'b1', fw: '1.0.0', ...more })
    return device
  }
  /** The same client id from elsewhere throws the device out, as a broken line would. */
  async function throwOut(): Promise<void> {
    const thief = await mqtt.connectAsync(broker.url, { clientId: 'demo.mat-1', reconnectPeriod: 0 })
    await thief.endAsync()
  }
  const say = (leaf: string, body: unknown) =>
    platform.publishAsync(`${ROOT}/${leaf}`, JSON.stringify(body), { qos: 1, retain: leaf === 'receipt' })
  const seqs = (leaf = 'telemetry'): number[] =>
    heard
      .filter(message => message.leaf === leaf)
      .flatMap(({ body }) => ('messages' in body ? (body.messages as { seq: number }[]) : [body as { seq: number }]))
      .map(({ seq }) => seq)
  const reading = (atMs = Date.now()) => ({ atMs, metrics: { heart_rate: 60 } })

  test.each([4, 5] as const)(
    'says online when it connects and offline when it stops, over protocol %i',
    async protocol => {
      const mine = start({ protocol, battery: () => 80 })
      const online = await until('online', () => heard.find(({ leaf }) => leaf === 'status'))
      expect(online.body).toMatchObject({ v: 1, state: 'online', fw: '1.0.0', battery: 80 })
      await mine.stop()
      await until('offline', () => heard.find(({ leaf, body }) => leaf === 'status' && body.state === 'offline'))
    },
  )

  test('keeps a message after the PUBACK until the receipt covers it', async () => {
    const mine = start()
    mine.send(reading())
    await until('the message', () => seqs().length === 1)
    expect(mine.waiting()).toBe(1)
    await say('receipt', { boot: 'b1', seq: 0, gaps: [] })
    await until('forgotten', () => mine.waiting() === 0)
    expect(mine.counts()).toEqual({ published: 1, acknowledged: 1, refused: 0 })
  })

  test('sends nothing when the retained receipt already covers the same run', async () => {
    await say('receipt', { boot: 'b1', seq: 1, gaps: [] })
    const mine = start()
    mine.send(reading(1_700_000_000_000))
    mine.send(reading(1_700_000_001_000))
    await until('covered', () => mine.waiting() === 0)
    expect(mine.counts()).toEqual({ published: 0, acknowledged: 2, refused: 0 })
  })

  test('drops a message that is refused for good and keeps one that can be cured', async () => {
    const refused: string[] = []
    const mine = start({ onRejected: ({ reason }) => refused.push(reason) })
    mine.send(reading())
    mine.send(reading())
    await until('both', () => seqs().length === 2)
    const refusal = { boot: 'b1', sha256: 'x', detail: 'accepted: 20 to 220 /min' }
    await say('rejected', { ...refusal, seq: 0, reason: 'out_of_range', fields: ['heart_rate'], final: true })
    await say('rejected', { ...refusal, seq: 1, reason: 'unknown_device', final: false })
    await until('both refusals', () => refused.length === 2)
    expect(mine.waiting()).toBe(1)
  })

  test('sends the same messages again, in batches, when the line was cut', async () => {
    const mine = start()
    await until('online', () => heard.some(({ leaf }) => leaf === 'status'))
    mine.send(reading())
    await until('the first', () => seqs().includes(0))
    await throwOut()
    for (let i = 0; i < 20; i++) mine.send(reading())
    mine.send({ atMs: Date.now(), event: 'bed_exit' })
    await until('the event', () => seqs('event').includes(21))
    await until('the backlog', () => new Set(seqs()).size === 21)
    expect(seqs('event')).toContain(21)
    expect(heard.some(({ body }) => Array.isArray(body.messages) && body.messages.length > 1)).toBe(true)
    expect(mine.waiting()).toBe(22)
    await say('receipt', { boot: 'b1', seq: 21, gaps: [] })
    await until('all covered', () => mine.waiting() === 0)
  })

  test('leaves its will behind when it dies without a word', async () => {
    start()
    await until('online', () => heard.some(({ leaf }) => leaf === 'status'))
    await throwOut()
    const will = await until('the will', () => heard.find(({ body }) => body.state === 'offline'))
    expect(will.body).toEqual({ v: 1, state: 'offline' })
  })
})
