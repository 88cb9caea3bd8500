/** Opens spoilt connections to the embedded broker beside a healthy device, and says what must not have happened. */

import { connect } from 'node:net'
import type { GatewayDeps } from '../../gateway/gateway.ts'
import {
  cutPackets,
  idOf,
  PINGREQ,
  PINGRESP,
  PUBACK,
  PUBLISH,
  type RawPacket,
  type RawPublish,
  readPublish,
} from '../contract/mqtt-raw.ts'
import { startEmbedded } from '../gateway/embedded.ts'
import { telemetry, until } from '../gateway/fixtures.ts'
import { type FuzzConnection, fuzzConnection, messageOf } from './packets.ts'

export interface PacketRun {
  seed: number
  /** Spoilt or odd ones; sound ones come beside them. */
  packets: number
  around?: GatewayDeps['around']
  /** Bounds a failure. */
  deadlineMs?: number
  progress?(packets: number): void
}

export interface PacketReport {
  packets: number
  connections: number
  /** Ended by the broker, and those whose last PINGREQ was answered. */
  closed: number
  answered: number
  /** PUBACKs for spoilt connections, and messages of theirs that were stored. */
  pubacks: number
  stored: number
  /** Published and acknowledged beside them, on one connection. */
  healthy: number
  how: Record<string, number>
}

const SOUND = ['connect', 'sound', 'ping']
const DEVICES = Array.from({ length: 16 }, (_, n) => `fuzz-${n}`)

export async function runPackets(options: PacketRun): Promise<PacketReport> {
  const { seed, packets, deadlineMs = 30_000 } = options
  const crashes: unknown[] = []
  const crash = (error: unknown): void => void crashes.push(error)
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  const house = await startEmbedded({
    devices: ['mat1', ...DEVICES],
    ...(options.around ? { around: options.around } : {}),
  })
  const report: PacketReport = {
    packets: 0,
    connections: 0,
    closed: 0,
    answered: 0,
    pubacks: 0,
    stored: 0,
    healthy: 0,
    how: {},
  }
  const owed = new Map<string, string>()
  const healthy = await house.device('mat1')
  let running = true
  const beside = (async () => {
    for (let seq = 0; running; seq += 1) {
      await healthy.publishAsync('mimamori/v1/demo/mat1/telemetry', telemetry('healthy', seq), { qos: 1 })
      report.healthy += 1
      owed.set(`mat1 healthy ${seq}`, 'the healthy device')
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  })()
  try {
    await Promise.all([
      beside.catch(error => crashes.push(error)),
      Promise.all(DEVICES.map(worker)).finally(() => (running = false)),
    ])
    if (healthy.disconnected || !healthy.connected) throw new Error(`seed ${seed}: the healthy device was disconnected`)
    const stored = () => new Set(house.sink.rows.map(({ device, boot, seq }) => `${device} ${boot} ${seq}`))
    let missing: [string, string] | undefined
    await until(
      'stored',
      () => {
        const rows = stored()
        missing = [...owed].find(([message]) => !rows.has(message))
        return missing === undefined
      },
      deadlineMs,
    ).catch(() => {
      throw new Error(`seed ${seed}: acknowledged and not stored: ${missing?.join(', ')}`)
    })
    report.stored = house.sink.rows.length - report.healthy
    const { accepted, stored: confirmed, spooled, dead_lettered, balanced } = house.gateway.totals('demo')
    if (accepted !== confirmed + spooled + dead_lettered || dead_lettered !== 0 || !balanced)
      throw new Error(`seed ${seed}: the ledger does not balance`)
    return report
  } finally {
    running = false
    await house.stop()
    process.off('uncaughtException', crash)
    process.off('unhandledRejection', crash)
  }

  /** Each lane has a device of its own: a second connection would end the first. */
  async function worker(_device: string, lane: number): Promise<void> {
    for (let number = lane; report.packets < packets; number += DEVICES.length) await one(number)
  }

  async function one(number: number): Promise<void> {
    const given = fuzzConnection(seed, number, DEVICES)
    report.packets += given.how.filter(how => !SOUND.includes(how)).length
    report.connections += 1
    for (const how of given.how) report.how[how] = (report.how[how] ?? 0) + 1
    const where = `seed ${seed}, connection ${number}`
    const { received, closed } = await talk(house.port, given, deadlineMs).catch(error => {
      throw new Error(
        `${where}: ${error instanceof Error ? error.message : error}\n${Buffer.concat(given.packets).toString('base64')}`,
      )
    })
    if (closed) report.closed += 1
    else report.answered += 1
    note(given, number, received, where)
    if (crashes.length > 0) {
      const error = crashes[0]
      throw new Error(`${where} or one beside it: ${error instanceof Error ? error.stack : error}`)
    }
    options.progress?.(report.packets)
  }

  /** What was acknowledged must have been sent, and must be stored if it was a sound message. */
  function note(
    { device, packets: sent }: FuzzConnection,
    number: number,
    received: readonly RawPacket[],
    where: string,
  ) {
    const published = new Map<number, RawPublish[]>()
    for (const packet of cutPackets(Buffer.concat(sent)).packets) {
      if (packet.type !== PUBLISH || ((packet.flags >> 1) & 3) !== 1) continue
      const publish = readOrNull(packet)
      if (publish) published.set(publish.id, [...(published.get(publish.id) ?? []), publish])
    }
    for (const puback of received.filter(({ type }) => type === PUBACK)) {
      report.pubacks += 1
      const id = idOf(puback)
      const meant = published.get(id)
      if (!meant) throw new Error(`${where}: PUBACK for ${id}, which was not published`)
      const [only] = meant
      if (meant.length > 1 || only?.topic !== `mimamori/v1/demo/${device}/telemetry`) continue
      const { boot, seq } = soundMessage(only.payload, number, id) ?? {}
      if (boot !== undefined) owed.set(`${device} ${boot} ${seq}`, where)
    }
  }
}

function soundMessage(payload: string, number: number, id: number): { boot: string; seq: number } | null {
  const strip = (text: string): string => text.replace(/"ts":\d+/, '')
  return strip(payload) === strip(messageOf(number, id - 1)) ? { boot: `c${number}`, seq: id - 1 } : null
}

function readOrNull(packet: RawPacket): RawPublish | null {
  try {
    return readPublish(packet)
  } catch {
    return null
  }
}

/** Sends all of it and waits until the broker closes or answers the last PINGREQ; where that cannot be read as a packet, until it closes after our end. */
async function talk(port: number, { chunks, packets }: FuzzConnection, deadlineMs: number) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
  const framed = cutPackets(Buffer.concat(packets))
  const pings = framed.packets.filter(({ type, body }) => type === PINGREQ && body.length === 0).length
  const mayAnswer = framed.rest.length === 0 && framed.packets.at(-1)?.type === PINGREQ
  const received: RawPacket[] = []
  let rest: Buffer = Buffer.alloc(0)
  let answered = 0
  let closed = false
  socket.on('error', () => undefined)
  socket.on('data', chunk => {
    const found = cutPackets(Buffer.concat([rest, chunk]))
    rest = found.rest
    received.push(...found.packets)
    answered += found.packets.filter(({ type }) => type === PINGRESP).length
  })
  socket.on('end', () => socket.end())
  const end = new Promise<void>(resolve =>
    socket.once('close', () => {
      closed = true
      resolve()
    }),
  )
  for (const chunk of chunks) {
    if (closed) break
    if (socket.write(chunk)) await new Promise(resolve => setImmediate(resolve))
    else await Promise.race([end, new Promise(resolve => socket.once('drain', resolve))])
  }
  if (!mayAnswer) socket.end()
  await until('closed or answered', () => closed || (mayAnswer && answered >= pings), deadlineMs).finally(() =>
    socket.destroy(),
  )
  return { received, closed }
}
