/** The reference device client: what every device does to lose nothing, small enough to copy into a product. */
import { AppError } from '../core/errors.ts'
import { receiptMessageSchema, type StatusMessage } from '../core/messages.ts'
import { type RejectedMessage, rejectedMessageSchema } from '../core/rejections.ts'
import { deviceTopic } from '../core/topics.ts'
import { type MqttConnection, openMqtt } from './mqtt.ts'
import { createOutbox, type OutboxCounts } from './outbox.ts'
import type { Sample } from './sample.ts'

export interface DeviceOptions {
  facility: string
  device: string
  url: string
  clientId: string
  username: string
  password: string
  protocol?: 4 | 5
  /** Names this run of the message counter: random or a persistent counter, never used again once `seq` starts at 0. */
  boot: string
  fw?: string
  model?: string
  /** Per cent, read when a status is sent; absent for mains. */
  battery?: () => number
  /** Most messages in a batch; 1 never batches. */
  batchLimit?: number
  /** Packets that may wait for their PUBACK at a time. */
  window?: number
  /** Epoch ms of the device's own clock. */
  now?: () => number
  onRejected?: (rejected: RejectedMessage) => void
  /** A connection that could not be opened; the device keeps trying. */
  onProblem?: (error: AppError) => void
}

export interface Device {
  /**
   * Numbers a sample, puts it into the outbox and sends it when it can. `boot` names an earlier run of the counter,
   * whose backlog is sent beside and after what is measured now.
   */
  send(sample: Sample, boot?: string): void
  /** Messages not yet covered by a receipt. */
  waiting(): number
  counts(): OutboxCounts
  /** Says `offline` and disconnects. A real device keeps its outbox in flash; this one forgets it. */
  stop(): Promise<void>
}

const STATUS_EVERY_MS = 3_600_000
const CHECK_EVERY_MS = 5_000
/** Without any receipt, messages that had their PUBACK are sent again after this, then after twice as long, and so on. */
const UNHEARD_MS = { first: 15_000, most: 3_600_000 }
const RECONNECT_MS = { first: 500, most: 30_000 }

/** Starts to connect at once, reconnects for ever with growing pauses, and re-sends the same messages until they are covered. */
export function startDevice(options: DeviceOptions): Device {
  const { facility, device } = options
  const now = options.now ?? Date.now
  const window = options.window ?? 8
  const outbox = createOutbox({ boot: options.boot, batchLimit: options.batchLimit })
  const topic = (leaf: Parameters<typeof deviceTopic>[2]) => deviceTopic(facility, device, leaf)
  let connection: MqttConnection | null = null
  let inFlight = 0
  let failures = 0
  let unheardMs = UNHEARD_MS.first
  let stopping = false
  let wake: () => void = () => undefined

  function onMessage(from: string, payload: Buffer): void {
    const body = parseJson(payload)
    if (from === topic('receipt')) {
      const receipt = receiptMessageSchema.safeParse(body)
      if (!receipt.success) return
      unheardMs = UNHEARD_MS.first
      outbox.cover(receipt.data, now())
    } else if (from === topic('rejected')) {
      const rejected = rejectedMessageSchema.safeParse(body)
      if (!rejected.success) return
      outbox.reject(rejected.data)
      options.onRejected?.(rejected.data)
    }
    pump()
  }

  /** Keeps at most `window` packets in flight; a PUBACK makes room, a lost connection queues all of them again. */
  function pump(): void {
    const open = connection
    if (!open) return
    for (
      let packet = inFlight < window ? outbox.take() : null;
      packet;
      packet = inFlight < window ? outbox.take() : null
    ) {
      const sent = packet
      inFlight++
      open.publish(topic(sent.channel), sent.payload).then(
        () => {
          if (open !== connection) return
          inFlight--
          failures = 0
          outbox.acknowledged(sent, now())
          pump()
        },
        () => {
          // MQTT 5 can refuse a single publish; on a lost connection `session` has already taken over.
          if (open === connection) void open.close()
        },
      )
    }
  }

  const status = (open: MqttConnection, state: StatusMessage['state']): Promise<void> => {
    const { fw, model } = options
    const message: StatusMessage = {
      v: 1,
      ts: new Date(now()).toISOString(),
      state,
      fw,
      model,
      battery: options.battery?.(),
    }
    return open.publish(topic('status'), JSON.stringify(message), true)
  }

  /** One connection from open to close. */
  async function session(): Promise<void> {
    const { url, clientId, username, password, protocol } = options
    const will = { topic: topic('status'), payload: JSON.stringify({ v: 1, state: 'offline' }) }
    const open = await openMqtt({ url, clientId, username, password, protocol, will, onMessage })
    const hourly = setInterval(() => status(open, 'online').catch(() => undefined), STATUS_EVERY_MS)
    const check = setInterval(() => {
      if (outbox.resendUnheard(now() - unheardMs) > 0) unheardMs = Math.min(unheardMs * 2, UNHEARD_MS.most)
      pump()
    }, CHECK_EVERY_MS)
    try {
      await open.subscribe([topic('receipt'), topic('rejected')])
      await status(open, 'online')
      connection = open
      inFlight = 0
      pump()
      if (!stopping) await open.closed
    } finally {
      for (const timer of [hourly, check]) clearInterval(timer)
      connection = null
      outbox.resendAll()
      await open.close()
    }
  }

  async function run(): Promise<void> {
    while (!stopping) {
      await session().catch(error => options.onProblem?.(asAppError(error)))
      if (stopping) return
      const limit = Math.min(RECONNECT_MS.first * 2 ** failures++, RECONNECT_MS.most)
      await new Promise<void>(done => {
        const timer = setTimeout(done, limit * (0.5 + Math.random() / 2))
        wake = () => {
          clearTimeout(timer)
          done()
        }
      })
    }
  }
  const running = run()

  return {
    send: (sample, boot = options.boot) => {
      outbox.add(sample, boot, options.fw === undefined ? {} : { fw: options.fw })
      pump()
    },
    waiting: outbox.size,
    counts: outbox.counts,
    stop: async () => {
      stopping = true
      wake()
      const open = connection
      if (open) {
        await status(open, 'offline').catch(() => undefined)
        await open.close()
      }
      await running
    },
  }
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'))
  } catch {
    return null
  }
}

const asAppError = (error: unknown): AppError =>
  error instanceof AppError ? error : new AppError('device', 'the connection failed', { retryable: true, cause: error })
