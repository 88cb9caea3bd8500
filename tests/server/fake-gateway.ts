// A gateway for tests of the server: answers the questions about a facility from what the test gave it, over the real topics.
import type { MqttClient } from 'mqtt'
import {
  type DeadLetter,
  HOUR_MS,
  type KeptConflict,
  type KeptRejection,
  type LedgerRow,
  type QueryMessage,
  queryMessageSchema,
  type Removal,
} from '../../core/ledger.ts'
import { facilityTopic } from '../../core/topics.ts'

export interface Kept {
  rows: LedgerRow[]
  rejections: KeptRejection[]
  conflicts: KeptConflict[]
  letters: DeadLetter[]
  /** Carries out what is asked to be removed. */
  remove(filter: QueryMessage['filter']): Promise<Removal>
  /** Answered instead of anything else. */
  error: 'store_unavailable' | 'internal' | null
  /** Items of one answer at most, as a real one keeps to its size. */
  perAnswer: number
  /** What was asked so far. */
  asked: QueryMessage[]
}

export async function playGateway(broker: MqttClient, facility: string, given: Partial<Kept> = {}): Promise<Kept> {
  const kept: Kept = {
    rows: [],
    rejections: [],
    conflicts: [],
    letters: [],
    remove: async () => ({ messages: 0, kept: [] }),
    error: null,
    perAnswer: 1_000,
    asked: [],
    ...given,
  }
  const topic = facilityTopic(facility, 'query')
  broker.on('message', (on, payload) => {
    if (on !== topic) return
    const query = queryMessageSchema.parse(JSON.parse(payload.toString()))
    kept.asked.push(query)
    const send = (answer: object): void =>
      void broker.publish(facilityTopic(facility, 'answer'), JSON.stringify({ id: query.id, ...answer }), { qos: 1 })
    if (kept.error) send({ error: kept.error })
    else if (query.ask === 'remove')
      void kept.remove(query.filter).then(removed => send({ items: [removed], next: null }))
    else send(pageOf(kept, query))
  })
  await broker.subscribeAsync(topic, { qos: 1 })
  return kept
}

function pageOf(kept: Kept, { ask, filter, limit, after }: QueryMessage): { items: unknown[]; next: string | null } {
  const timeOf = (item: { hour?: number; at?: number }): number => item.hour ?? item.at ?? 0
  const all = {
    ledger: kept.rows,
    rejections: kept.rejections,
    conflicts: kept.conflicts,
    'dead-letters': kept.letters,
    'replay-dead-letters': kept.letters,
    remove: [],
  }[ask] as { device: string; hour?: number; at?: number; reason?: string; id?: string }[]
  const found = all.filter(
    item =>
      (filter.device === undefined || item.device === filter.device) &&
      (filter.from === undefined || timeOf(item) >= filter.from) &&
      (filter.to === undefined || timeOf(item) < filter.to) &&
      (filter.reason === undefined || item.reason === filter.reason) &&
      (filter.ids === undefined || filter.ids.includes(item.id ?? '')),
  )
  const start = after === undefined ? 0 : Number(after)
  const end = start + Math.min(limit, kept.perAnswer)
  if (ask === 'replay-dead-letters')
    for (const letter of found.slice(start, end) as unknown as DeadLetter[])
      if (letter.reason !== 'still_refused') letter.replayed_at = Date.now()
  return { items: found.slice(start, end), next: end < found.length ? String(end) : null }
}

/** An hour in which everything that came was stored, unless told otherwise. */
export function ledgerRow(device: string, hour: number, messages: number, more: Partial<LedgerRow> = {}): LedgerRow {
  return {
    device,
    hour: Math.floor(hour / HOUR_MS) * HOUR_MS,
    packets: messages,
    committed: messages,
    accepted: messages,
    duplicate: 0,
    conflicting: 0,
    refused: 0,
    received: messages,
    missing: 0,
    recovered: 0,
    expected: messages,
    late: 0,
    clock_suspect: 0,
    partly_refused: 0,
    deferred: 0,
    stored: messages,
    spooled: 0,
    dead_lettered: 0,
    removed: 0,
    recounted: null,
    recounted_at: null,
    red: [],
    ...more,
  }
}

export const rejection = (device: string, at: number, more: Partial<KeptRejection> = {}): KeptRejection => ({
  id: `r${at}`,
  device,
  at,
  reason: 'out_of_range',
  fields: ['heart_rate'],
  detail: 'heart_rate: at most 250',
  boot: 'b1',
  seq: 4711,
  part: true,
  bytes: 120,
  sha256: 'ab'.repeat(32),
  raw: '{"v":1,"boot":"b1","seq":4711,"metrics":{"heart_rate":9001}}',
  base64: false,
  ...more,
})
export const conflict = (device: string, at: number): KeptConflict => ({
  id: `c${at}`,
  device,
  at,
  kind: 'conflicting',
  boot: 'b1',
  seq: 12,
  raw: '{"v":1,"boot":"b1","seq":12,"metrics":{"heart_rate":9002}}',
})
export const deadLetter = (device: string, at: number, more: Partial<DeadLetter> = {}): DeadLetter => ({
  id: `d${at}`,
  device,
  at,
  reason: 'store_refused',
  boot: 'b1',
  seq: 13,
  device_ms: at - 1_000,
  replayed_at: null,
  ...more,
})
