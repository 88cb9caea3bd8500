/** Gives every message of a packet its one fate, as entries for the spool; takes each into the state at once, so that the next one sees it. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type Judgement, judgeEvent, judgeTelemetry, type Refusal } from '../core/judge.ts'
import type { BatchedTelemetry, EventMessage, StatusMessage } from '../core/messages.ts'
import { isCurable } from '../core/rejections.ts'
import { parseDeviceTime } from '../core/time.ts'
import { DEVICE_CHANNELS, parseDeviceTopic } from '../core/topics.ts'
import type { DevicePacket } from './bus.ts'
import { contentHash } from './content-hash.ts'
import { type Decoded, decode, type Unreadable } from './decode.ts'
import type { AcceptedEntry, Entry, RefusedEntry } from './entries.ts'
import type { Received } from './received.ts'
import type { FacilityRegistry, KnownDevice } from './registry.ts'

/** Of a payload that is refused as too large, this much is kept. */
const CUT_BYTES = 4_096

const BAD_TIME: Refusal = { reason: 'schema', fields: ['ts'], detail: 'ts is no time' }
const hasTime = ({ ts }: { ts?: string | number | undefined }): boolean =>
  ts === undefined || parseDeviceTime(ts) !== null

export interface JudgedPacket {
  entries: Entry[]
  /** How many messages they stand for: partly refused ones have two entries. */
  messages: number
  /** For each accepted entry the device and the message, in order. */
  accepted: { entry: AcceptedEntry; device: KnownDevice; message: BatchedTelemetry | EventMessage }[]
  /** Boots of which something arrived that a receipt speaks of. */
  heard: { facility: string; device: string; boot: string }[]
  /** Outside the ledger: no entry, nothing to keep. */
  status: { device: KnownDevice; message: StatusMessage } | null
  /** A refusal that ends the connection of a device on the embedded broker. */
  close: boolean
}

export interface PacketJudge {
  judge(packet: DevicePacket, rxMs: number): JudgedPacket
}

export function createPacketJudge({
  registry,
  received,
}: {
  registry: FacilityRegistry
  received: Received
}): PacketJudge {
  return { judge }

  function judge(packet: DevicePacket, rxMs: number): JudgedPacket {
    const judged: JudgedPacket = { entries: [], messages: 0, accepted: [], heard: [], status: null, close: false }
    const { facility, name, channel, valid } = takeApart(packet.topic)
    const work: Work = { judged, packet, rxMs, facility, name, device: undefined }
    if (packet.publisher) {
      work.facility = packet.publisher.facility
      work.name = packet.publisher.device
      refuse(work, { reason: 'not_own_topic', fields: [], detail: 'a device publishes on its own topics only' }, {})
      return judged
    }
    if (valid) work.device = registry.device(facility, name)
    for (const item of decode(channel, packet.payload)) judgeItem(work, item)
    return judged
  }

  interface Work {
    judged: JudgedPacket
    packet: DevicePacket
    rxMs: number
    facility: string
    name: string
    device: KnownDevice | undefined
    sha256?: string
  }

  function judgeItem(work: Work, item: Decoded): void {
    if (item.kind === 'unreadable') refuseUnreadable(work, item)
    else if (!work.device) refuseUnknown(work, item.message)
    else if (item.kind !== 'status') judgeMessage(work, work.device, item)
    else if (hasTime(item.message)) work.judged.status = { device: work.device, message: item.message }
    else refuse(work, BAD_TIME, {})
  }

  function judgeMessage(
    work: Work,
    device: KnownDevice,
    item: Extract<Decoded, { kind: 'telemetry' | 'event' }>,
  ): void {
    const { message } = item
    const { boot, seq } = message
    const hash = contentHash(message)
    const identity = { f: device.facility, d: device.id, b: boot, s: seq, h: hash, rx: work.rxMs }
    const seen = received.seen(device.facility, device.id, boot, seq, hash)
    if (seen !== 'no') {
      const raw = seen === 'same' ? {} : { raw: JSON.stringify(message) }
      add(
        work,
        seen === 'other' ? { k: 'c', ...identity, raw: JSON.stringify(message) } : { k: 'd', ...identity, ...raw },
      )
      return
    }
    const context = { rxMs: work.rxMs, activeFromMs: device.activeFromMs }
    const judgement: Judgement =
      item.kind === 'telemetry'
        ? judgeTelemetry(item.message, device.profile, context)
        : judgeEvent(item.message, device.profile, context)
    if (!judgement.ok) {
      refuse(work, judgement.refusal, { boot, seq, hash, raw: rawOf(message) })
      return
    }
    const latest = received.latest(device.facility, device.id)
    const entry: AcceptedEntry = {
      k: 'a',
      ...identity,
      p: device.profile.id,
      n: latest.n,
      t: judgement.deviceMs,
      v: judgement.values,
      ...(latest.boot === boot ? {} : { nb: 1 }),
      ...(judgement.marks.length > 0 ? { m: judgement.marks } : {}),
      ...(item.kind === 'event' ? { e: item.message.event } : {}),
    }
    add(work, entry)
    work.judged.accepted.push({ entry, device, message })
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
      work.device && boot !== undefined && seq !== undefined && isFresh(work.device, boot, seq)
        ? { hash: crc32(raw ?? work.packet.payload) }
        : {}
    refuse(work, { reason, fields: [], detail }, { boot, seq, raw, ...fresh })
  }

  function isFresh(device: KnownDevice, boot: string, seq: number): boolean {
    return received.seen(device.facility, device.id, boot, seq, 0) === 'no'
  }

  function refuse(work: Work, what: Refusal, message: Refused): void {
    add(work, refusal(work, what, message))
    if (isCurable(what.reason) || what.reason === 'not_own_topic') work.judged.close = true
  }

  function refusal(work: Work, { reason, fields, detail }: Refusal, { boot, seq, hash, raw }: Refused): RefusedEntry {
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

  function add(work: Work, entry: Exclude<Entry, { k: 'part' }>): void {
    const { judged, device } = work
    received.apply(entry)
    judged.entries.push(entry)
    judged.messages += 1
    const forGood = entry.k !== 'r' || !isCurable(entry.reason)
    if (device && entry.b !== undefined && forGood) {
      judged.heard.push({ facility: device.facility, device: device.id, boot: entry.b })
    }
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
