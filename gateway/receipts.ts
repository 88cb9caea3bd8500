/** Cumulative receipts: tell each device, at most once a second, which messages are on our disk or refused for good. */
import type { ReceiptMessage } from '../core/messages.ts'
import { deviceTopic } from '../core/topics.ts'
import type { GatewayBus } from './bus.ts'
import { coverOf } from './intervals.ts'
import type { Received } from './received.ts'

const MAX_GAPS = 64
const INTERVAL_MS = 1_000
const TICK_MS = 100

export interface Receipts {
  start(): void
  /** Something of this boot became durable. */
  heard(device: { key: string }, boot: string): void
  stop(): void
}

export interface ReceiptsDeps {
  bus: GatewayBus
  received: Received
  /** Calls back when everything appended before is durable: what is received in memory may be ahead of the disk. */
  whenDurable(then: () => void): void
  clock(): number
}

export function createReceipts({ bus, received, whenDurable, clock }: ReceiptsDeps): Receipts {
  /** Boots to speak of, by `facility/device`; nearly always one. */
  const due = new Map<string, string[]>()
  const sentMs = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  return {
    start() {
      timer = setInterval(tick, TICK_MS)
    },
    heard,
    stop: () => clearInterval(timer),
  }

  function heard({ key }: { key: string }, boot: string): void {
    const boots = due.get(key)
    if (!boots) due.set(key, [boot])
    else if (!boots.includes(boot)) boots.push(boot)
  }

  function tick(): void {
    const nowMs = clock()
    const receipts: Receipt[] = []
    for (const [key, boots] of due) {
      const sinceMs = nowMs - (sentMs.get(key) ?? 0)
      // A clock that was set back must not silence the receipts.
      if (sinceMs >= 0 && sinceMs < INTERVAL_MS) continue
      due.delete(key)
      sentMs.set(key, nowMs)
      for (const boot of boots) {
        const receipt = receiptOf(key, boot)
        if (receipt) receipts.push(receipt)
      }
    }
    if (receipts.length > 0) whenDurable(() => send(receipts))
  }

  function receiptOf(key: string, boot: string): Receipt | null {
    const slash = key.indexOf('/')
    const [facility, device] = [key.slice(0, slash), key.slice(slash + 1)]
    const cover = coverOf(received.intervals(facility, device, boot) ?? [], MAX_GAPS)
    if (!cover) return null
    const payload = JSON.stringify({ boot, ...cover } as ReceiptMessage)
    return { key, boot, topic: deviceTopic(facility, device, 'receipt'), payload }
  }

  /** When the broker is away the devices hear of it later. */
  function send(receipts: readonly Receipt[]): void {
    if (bus.publishAll) {
      bus.publishAll(receipts).catch(() => again(receipts))
      return
    }
    for (const receipt of receipts)
      bus.publish(receipt.topic, receipt.payload, { qos: 1, retain: true }).catch(() => again([receipt]))
  }

  function again(receipts: readonly Receipt[]): void {
    for (const receipt of receipts) heard(receipt, receipt.boot)
  }
}

interface Receipt {
  key: string
  boot: string
  topic: string
  payload: string
}
