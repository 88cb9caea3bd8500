/** Gives every message of a packet its one fate, as entries for the spool; takes each into the state at once, so that the next one sees it. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type Judgement, judgeEvent, judgeTelemetry, type Refusal } from '../core/judge.ts'
import type { BatchedTelemetry, EventMessage, StatusMessage } from '../core/messages.ts'
import { isCurable } from '../core/rejections.ts'
import { parseDeviceTime } from '../core/time.ts'
import { DEVICE_CHANNELS, type DeviceChannel, parseDeviceTopic } from '../core/topics.ts'
import type { DevicePacket } from './bus.ts'
import { contentHash } from './content-hash.ts'
import { type Decoded, decode, type Unreadable } from './decode.ts'
import type { AcceptedEntry, Entry, FateEntry, RefusedEntry } from './entries.ts'
import type { Bucket, RateLimit } from './rate-limit.ts'
import type { DeviceRecord, Received } from './received.ts'
import type { FacilityRegistry, KnownDevice } from './registry.ts'

/** Of a payload that is refused as too large, this much is kept. */
const CUT_BYTES = 4_096

const BAD_TIME: Refusal = { reason: 'schema', fields: ['ts'], detail: 'ts is no time' }
const hasTime = ({ ts }: { ts?: string | number | undefined }): boolean =>
  ts === undefined || parseDeviceTime(ts) !== null

/** Of the device itself, not measured by it. */
export interface Extras {
  fw: string | undefined
  battery: number | undefined
  rssi: number | undefined
}

export interface JudgedPacket {
  entries: Entry[]
  /** How many messages they stand for: partly refused ones have two entries. */
  messages: number
  /** Accepted ones, in order, and what their messages say beside their values. */
  accepted: { entry: AcceptedEntry; extras: Extras }[]
  /** Boots of which something arrived that a receipt speaks of; of one packet's device. */
  heard: string[]
  device: KnownDevice | undefined
  /** Outside the ledger: no entry, nothing to keep. */
  status: { device: KnownDevice; message: StatusMessage } | null
  /** A refusal that ends the connection of a device on the embedded broker. */
  close: boolean
  /** How long the rate limit would have the acknowledgement held back, ms. */
  holdMs: number
}

export interface PacketJudge {
  judge(packet: DevicePacket, rxMs: number): JudgedPacket
}

export interface PacketJudgeDeps {
  registry: FacilityRegistry
  received: Received
  limit: RateLimit
  /** Estimated device clock minus gateway clock; 0 without evidence. */
  skewMs(device: KnownDevice): number
}

/** What a topic leads to; for devices that are known looked up once until the registry changes: other topics may be many, and long. */
interface Route {
  facility: string
  name: string
  channel: DeviceChannel
  device: KnownDevice | undefined
  record: DeviceRecord | null
  bucket: Bucket | null
}

export function createPacketJudge({ registry, received, limit, skewMs }: PacketJudgeDeps): PacketJudge {
  const routes = new Map<string, Route>()
  let generation = -1
  return { judge }

  function judge(packet: DevicePacket, rxMs: number): JudgedPacket {
    const judged: JudgedPacket = {
      entries: [],
      messages: 0,
      accepted: [],
      heard: [],
      device: undefined,
      status: null,
      close: false,
      holdMs: 0,
    }
    const { publisher } = packet
    const route = publisher
      ? {
          facility: publisher.facility,
          name: publisher.device,
          channel: null,
          device: undefined,
          record: null,
          bucket: null,
        }
      : routeOf(packet.topic)
    judged.device = route.device
    const { facility, name, channel, device, record, bucket } = route
    const work: Work = { judged, packet, rxMs, facility, name, device, record, bucket }
    if (channel === null) {
      refuse(work, { reason: 'not_own_topic', fields: [], detail: 'a device publishes on its own topics only' }, {})
    } else {
      const items = decode(channel, packet.payload)
      for (const item of items) judgeItem(work, item)
      // Counted before they were judged: what is lost in between shows in the ledger.
      if (items.length !== 1 && judged.entries[0]) judged.entries[0].ms = items.length
    }
    finish(work)
    return judged
  }

  /** Counts the packet, and its messages against the rate of the device. */
  function finish({ judged, device, bucket, rxMs }: Work): void {
    const [first] = judged.entries
    if (!first) return
    first.pk = 1
    if (!device) return
    judged.holdMs = (bucket ?? limit.bucket(device)).take(judged.messages, device.profile.messages_per_second, rxMs)
    if (judged.holdMs === 0) return
    first.df = 1
    received.deferred(first.f)
  }

  function routeOf(topic: string): Route {
    if (generation !== registry.generation()) routes.clear()
    generation = registry.generation()
    const known = routes.get(topic)
    if (known) return known
    const { facility, name, channel, valid } = takeApart(topic)
    const device = valid ? registry.device(facility, name) : undefined
    const record = device ? received.device(device.facility, device.id) : null
    const bucket = device ? limit.bucket(device) : null
    const route = { facility, name, channel, device, record, bucket }
    if (device) routes.set(topic, route)
    return route
  }

  interface Work {
    judged: JudgedPacket
    packet: DevicePacket
    rxMs: number
    facility: string
    name: string
    device: KnownDevice | undefined
    record: DeviceRecord | null
    bucket: Bucket | null
    sha256?: string
  }

  function judgeItem(work: Work, item: Decoded): void {
    if (item.kind === 'unreadable') refuseUnreadable(work, item)
    else if (!work.device || !work.record) refuseUnknown(work, item.message)
    else if (item.kind !== 'status') judgeMessage(work, work.device, work.record, item)
    else if (hasTime(item.message)) work.judged.status = { device: work.device, message: item.message }
    else refuse(work, BAD_TIME, {})
  }

  function judgeMessage(
    work: Work,
    device: KnownDevice,
    record: DeviceRecord,
    item: Extract<Decoded, { kind: 'telemetry' | 'event' }>,
  ): void {
    const { message } = item
    const { boot, seq } = message
    const hash = contentHash(message)
    const seen = received.seen(record, boot, seq, hash)
    if (seen !== 'no') {
      const identity = { f: device.facility, d: device.id, b: boot, s: seq, h: hash, rx: work.rxMs }
      const raw = seen === 'same' ? {} : { raw: JSON.stringify(message) }
      add(
        work,
        seen === 'other' ? { k: 'c', ...identity, raw: JSON.stringify(message) } : { k: 'd', ...identity, ...raw },
      )
      return
    }
    const context = { rxMs: work.rxMs, activeFromMs: device.activeFromMs, skewMs: skewMs(device) }
    const judgement: Judgement =
      item.kind === 'telemetry'
        ? judgeTelemetry(item.message, device.profile, context)
        : judgeEvent(item.message, device.profile, context)
    if (!judgement.ok) {
      refuse(work, judgement.refusal, { boot, seq, hash, raw: rawOf(message) })
      return
    }
    // One literal, so that all accepted entries are of one shape; what is undefined is not written.
    const entry: AcceptedEntry = {
      k: 'a',
      f: device.facility,
      d: device.id,
      b: boot,
      s: seq,
      h: hash,
      rx: work.rxMs,
      p: device.profile.id,
      n: record.n,
      t: judgement.deviceMs,
      v: judgement.values,
      nb: record.boot === boot ? undefined : 1,
      m: judgement.marks.length > 0 ? judgement.marks : undefined,
      e: item.kind === 'event' ? item.message.event : undefined,
      pk: undefined,
      df: undefined,
      g: undefined,
      rc: undefined,
    }
    add(work, entry)
    const { fw, battery, rssi } = message
    work.judged.accepted.push({ entry, extras: { fw, battery, rssi } })
    if (judgement.refusal) {
      const part = refusal(work, judgement.refusal, { boot, seq, raw: rawOf(message) })
      work.judged.entries.push({ ...part, k: 'part' })
    }
  }

  function refuseUnknown(work: Work, message: BatchedTelemetry | EventMessage | StatusMessage): void {
    const identity = 'boot' in message ? { boot: message.boot, seq: message.seq, raw: rawOf(message) } : {}
    const reason = registry.elsewhere(work.facility, work.name) ? 'wrong_facility' : 'unknown_device'
    const unknown: Refusal = { reason, fields: [], detail: 'no such device in this facility' }
    refuse(work, hasTime(message) ? unknown : BAD_TIME, identity)
  }

  function refuseUnreadable(work: Work, { reason, detail, boot, seq, raw }: Unreadable): void {
    const fresh =
      work.record && boot !== undefined && seq !== undefined && received.seen(work.record, boot, seq, 0) === 'no'
        ? { hash: crc32(raw ?? work.packet.payload) }
        : {}
    refuse(work, { reason, fields: [], detail }, { boot, seq, raw, ...fresh })
  }

  function refuse(work: Work, what: Refusal, message: Refused): void {
    add(work, refusal(work, what, message))
    if (isCurable(what.reason) || what.reason === 'not_own_topic') work.judged.close = true
  }

  function refusal(
    work: Work,
    { reason, fields, detail }: Refusal,
    { boot, seq, hash, raw }: Refused,
  ): RefusedEntry & { k: 'r' } {
    const { packet, rxMs, facility, name } = work
    work.sha256 ??= createHash('sha256').update(packet.payload).digest('hex')
    return {
      k: 'r',
      f: facility,
      d: name,
      ...(boot === undefined ? {} : { b: boot }),
      ...(seq === undefined ? {} : { s: seq }),
      ...(hash === undefined ? {} : { h: hash }),
      rx: rxMs,
      topic: packet.topic,
      reason,
      fields,
      detail,
      sha256: work.sha256,
      bytes: packet.payload.length,
      ...(raw === undefined ? keptPayload(packet.payload, reason === 'too_large') : { raw }),
    }
  }

  function add(work: Work, entry: FateEntry): void {
    const { judged, device, record } = work
    received.take(record, entry)
    judged.entries.push(entry)
    judged.messages += 1
    const forGood = entry.k !== 'r' || !isCurable(entry.reason)
    if (device && entry.b !== undefined && forGood && judged.heard.at(-1) !== entry.b) judged.heard.push(entry.b)
  }
}

interface Refused {
  boot?: string
  seq?: number
  hash?: number
  raw?: string
}

/** Only a message out of a batch is written out again; otherwise the payload is kept as it came. */
const rawOf = (message: object): string | undefined => ('v' in message ? undefined : JSON.stringify(message))

function keptPayload(payload: Buffer, cut: boolean): { raw: string; base64?: 1 } {
  const kept = cut ? payload.subarray(0, CUT_BYTES) : payload
  const text = kept.toString()
  return Buffer.from(text).equals(kept) ? { raw: text } : { raw: kept.toString('base64'), base64: 1 }
}

/** The parts of a device topic, also of one whose names are none; a topic of other form counts as telemetry of a device without name. */
function takeApart(topic: string) {
  const parsed = parseDeviceTopic(topic)
  if (parsed) return { facility: parsed.facility, name: parsed.device, channel: parsed.channel, valid: true }
  const parts = topic.split('/')
  const channel = DEVICE_CHANNELS.find(name => name === parts[4]) ?? 'telemetry'
  return { facility: parts[2] ?? '', name: parts[3] ?? '', channel, valid: false }
}
