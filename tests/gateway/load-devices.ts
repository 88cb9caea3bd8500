/** Devices under load that behave as the contract asks: they keep each message until it is safe and send the same one again, never a new one. */
import mqtt, { type MqttClient } from 'mqtt'
import { clientIdOf } from '../../core/ids.ts'
import { type ReceiptMessage, receiptMessageSchema } from '../../core/messages.ts'
import { deviceTopic } from '../../core/topics.ts'

export interface LoadDevice {
  /** Seqs that the gateway has answered for: by PUBACK, or by receipt. */
  safe: Set<number>
  /** Seqs that left the device at least once. */
  sent: Set<number>
  /** Resolves when all are safe. */
  done: Promise<void>
  resent(): number
  stop(): Promise<void>
}

export interface LoadOptions {
  url: string
  device: string
  count: number
  /** What makes a message safe: the PUBACK of the embedded broker, or the receipt. */
  by: 'puback' | 'receipt'
  inFlight: number
  credentials: boolean
  /** New messages wait while so many are not safe: an outbox has an end. */
  outbox?: number
}

export const BOOT = 'load'
/** Every message has a device time of its own and a value that tells it from its neighbours. */
const loadMessage = (seq: number, beganMs: number): string =>
  JSON.stringify({
    v: 1,
    boot: BOOT,
    seq,
    ts: beganMs + seq,
    metrics: { heart_rate: 20 + (seq % 200), resp_rate: 2 + (seq % 50), activity: seq % 1000 },
  })
export const loadValue = (seq: number): number => 20 + (seq % 200)

export function startLoadDevice(options: LoadOptions, beganMs: number): LoadDevice {
  const { device, count, by, outbox = Number.POSITIVE_INFINITY } = options
  const safe = new Set<number>()
  const sent = new Set<number>()
  const flying = new Set<number>()
  let resent = 0
  let next = 0
  let again: number[] = []
  let finish: () => void = () => undefined
  const done = new Promise<void>(resolve => {
    finish = resolve
  })
  const client: MqttClient = mqtt.connect(options.url, {
    clientId: clientIdOf('demo', device),
    ...(options.credentials ? { username: device, password: device } : {}),
    clean: true,
    reconnectPeriod: 100,
    queueQoSZero: false,
  })
  client.on('error', () => undefined)
  client.on('connect', () => {
    if (by === 'receipt') client.subscribe(deviceTopic('demo', device, 'receipt'), { qos: 1 })
    pump()
  })
  client.on('message', (_topic, payload) => {
    const { seq, gaps } = receiptMessageSchema.parse(JSON.parse(payload.toString())) satisfies ReceiptMessage
    for (let n = 0; n <= seq; n += 1) if (!gaps.some(([from, to]) => n >= from && n <= to)) settle(n)
    pump()
  })
  // What no receipt covers within a moment is sent again; and now and then something that is long safe.
  const timer = setInterval(() => {
    const candidates = [...sent].filter(seq => !safe.has(seq) && !flying.has(seq))
    if (by === 'receipt') again.push(...candidates.slice(0, options.inFlight))
    if (sent.size > 100) again.push(Math.floor(sent.size / 3))
    pump()
  }, 1_500)

  return {
    safe,
    sent,
    done,
    resent: () => resent,
    async stop() {
      clearInterval(timer)
      await client.endAsync(true)
    },
  }

  function pump(): void {
    while (client.connected && flying.size < options.inFlight) {
      const seq = again.shift() ?? (next < count && sent.size - safe.size < outbox ? next++ : null)
      if (seq === null) return
      send(seq)
    }
  }

  function send(seq: number): void {
    if (sent.has(seq)) resent += 1
    sent.add(seq)
    flying.add(seq)
    client.publish(deviceTopic('demo', device, 'telemetry'), loadMessage(seq, beganMs), { qos: 1 }, error => {
      flying.delete(seq)
      if (error) again = [seq, ...again]
      else if (by === 'puback') settle(seq)
      pump()
    })
  }

  function settle(seq: number): void {
    safe.add(seq)
    if (safe.size === count) finish()
  }
}
