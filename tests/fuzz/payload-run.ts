/** Sends fuzzed packets through a whole gateway, and says what must not have happened with the packet that did it. */
import type { DevicePacket } from '../../gateway/bus.ts'
import type { Gateway, GatewayDeps } from '../../gateway/gateway.ts'
import type { GatewayTotals } from '../../gateway/heartbeat.ts'
import { facilityOfPacket } from '../../gateway/ledger/packet-balance.ts'
import type { Log } from '../../gateway/log.ts'
import { until } from '../gateway/fixtures.ts'
import { grows, settledHeapMb } from './heap.ts'
import { BEGIN_MS, STEP_MS } from './house.ts'
import { type PayloadHouse, startPayloadHouse } from './payload-house.ts'
import { type FuzzPacket, fuzzPacket } from './payloads.ts'

export interface PayloadRun {
  seed: number
  payloads: number
  /** After so many everything is waited for and the heap is measured. */
  phase?: number
  /** Bounds a failure. */
  deadlineMs?: number
  /** Faults planted on purpose. */
  around?: GatewayDeps['around']
  ingest?(ingest: Gateway['ingest']): Gateway['ingest']
  log?(log: Log): void
  /** `heapMb`: after the last phase. */
  progress?(done: number, heapMb?: number): void
}

export interface PayloadReport {
  payloads: number
  totals: GatewayTotals
  rows: number
  /** How often each refusal was given. */
  reasons: Record<string, number>
  /** How often each spoilage was tried. */
  how: Record<string, number>
  /** After each phase, settled and collected, MB. */
  heapMb: number[]
}

const MAX_UNDER_WAY = 2_000

/** Throws at the first thing that must not be; the text holds the seed, the index and the payload. */
export async function runPayloads(options: PayloadRun): Promise<PayloadReport> {
  const { payloads, phase = 50_000 } = options
  const house = await startPayloadHouse(options.around, options.log)
  try {
    const report: PayloadReport = {
      payloads,
      totals: house.gateway.totals('demo'),
      rows: 0,
      reasons: {},
      how: {},
      heapMb: [],
    }
    for (let from = 0; from < payloads; from += phase) {
      await runPhase(house, options, from, Math.min(from + phase, payloads), report)
      report.heapMb.push(await settledHeapMb())
    }
    if (grows(report.heapMb)) throw new Error(`seed ${options.seed}: the heap grows, MB: ${report.heapMb.join(' ')}`)
    report.totals = house.gateway.totals('demo')
    report.rows = house.rows()
    report.reasons = await reasonsOf(house.gateway)
    return report
  } finally {
    await house.stop()
  }
}

async function runPhase(house: PayloadHouse, options: PayloadRun, from: number, to: number, report: PayloadReport) {
  const { gateway } = house
  const ingest = options.ingest?.(gateway.ingest) ?? gateway.ingest
  const done = new Uint8Array(to - from)
  let underWay = 0
  for (let index = from; index < to; index += 1) {
    const { packet, how } = fuzzPacket(options.seed, index)
    report.how[how] = (report.how[how] ?? 0) + 1
    house.setClock(BEGIN_MS + index * STEP_MS)
    const facility = facilityOfPacket(packet)
    const before = committedIn(gateway.totals(facility))
    underWay += 1
    try {
      const counted = (): void => {
        underWay -= 1
        done[index - from]! += 1
      }
      ingest(packet, counted, 0)
    } catch (error) {
      fail(options, index, `it threw: ${error instanceof Error ? error.stack : String(error)}`)
    }
    const totals = gateway.totals(facility)
    const expected = messagesIn(packet)
    const committed = committedIn(totals) - before
    if (committed !== expected && !(expected === 'status' && committed <= 1))
      fail(options, index, `${committed} messages have a fate, not ${expected}`)
    checkTotals(options, index, totals)
    for (const fault of house.takeFaults()) fail(options, index, `${fault} (at this packet or one shortly before it)`)
    if (underWay >= MAX_UNDER_WAY || index % 500 === 0) await turn()
    if (underWay >= MAX_UNDER_WAY)
      await soon(options, index, 'packets before it are acknowledged', () => underWay < MAX_UNDER_WAY / 2)
    if (index % 1_000 === 0) options.progress?.(index, report.heapMb.at(-1))
  }
  await soon(options, to - 1, 'all packets up to it are acknowledged', () => underWay <= 0).catch(error => {
    const lost = done.indexOf(0)
    if (lost >= 0) fail(options, from + lost, 'it was never done with')
    throw error
  })
  const notOnce = done.findIndex(times => times !== 1)
  if (notOnce >= 0) fail(options, from + notOnce, `it was done with ${done[notOnce]} times`)
  await soon(options, to - 1, 'all accepted up to it are stored', () =>
    ['demo', 'annex'].every(facility => gateway.totals(facility).spooled === 0),
  )
  const stored = ['demo', 'annex'].reduce((sum, facility) => sum + gateway.totals(facility).stored, 0)
  if (stored !== house.rows()) fail(options, to - 1, `${house.rows()} rows were stored, the ledger says ${stored}`)
  for (const fault of house.takeFaults()) fail(options, to - 1, `${fault} (at this packet or one before it)`)
}

function checkTotals(options: PayloadRun, index: number, totals: GatewayTotals): void {
  const { accepted, stored, spooled, dead_lettered, balanced, expected, missing } = totals
  if (accepted !== stored + spooled + dead_lettered || spooled < 0)
    fail(options, index, 'accepted is not stored + spooled + dead-lettered')
  if (dead_lettered !== 0) fail(options, index, 'what the edge had accepted became a dead letter')
  if (!balanced) fail(options, index, 'the message ledger does not balance')
  if (!Number.isSafeInteger(expected) || !Number.isSafeInteger(missing))
    fail(options, index, 'expected or missing is no whole number')
}

const committedIn = ({ accepted, duplicate, conflicting, refused }: GatewayTotals): number =>
  accepted + duplicate + conflicting + refused

/** How many messages a packet holds, found another way than the gateway finds it. A valid status has no fate, a bad one has. */
function messagesIn({ topic, payload, publisher }: DevicePacket): number | 'status' {
  const channel = topic.split('/')[4]
  if (publisher || channel === 'event') return 1
  if (channel === 'status') return 'status'
  const text = payload.toString()
  if (payload.length > 262_144 || !Buffer.from(text).equals(payload)) return 1
  try {
    const { v, messages, ...more } = JSON.parse(text)
    const envelope = v === 1 && Array.isArray(messages) && messages.length <= 500 && Object.keys(more).length === 0
    return envelope ? Math.max(1, messages.length) : 1
  } catch {
    return 1
  }
}

async function reasonsOf(gateway: Gateway): Promise<Record<string, number>> {
  const reasons: Record<string, number> = {}
  for (const [, reason = '', count = ''] of (await gateway.metrics.text()).body.matchAll(/reason="(\w+)"\} (\d+)/g))
    reasons[reason] = (reasons[reason] ?? 0) + Number(count)
  return reasons
}

function fail({ seed }: PayloadRun, index: number, what: string): never {
  const { packet, how }: FuzzPacket = fuzzPacket(seed, index)
  const { payload, ...rest } = packet
  const place = JSON.stringify({ ...rest, topic: rest.topic.slice(0, 300) })
  throw new Error(`seed ${seed}, payload ${index} (${how}): ${what}\n${place}\n${payload.toString('base64')}`)
}

async function soon(options: PayloadRun, index: number, what: string, holds: () => boolean): Promise<void> {
  await until(`seed ${options.seed}, payload ${index}: ${what}`, holds, options.deadlineMs)
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
