/** The few MQTT 3.1.1 packets that a load needs, and streams of PUBLISH packets built before anything is measured. */
import { deviceTopic } from '../../../core/topics.ts'

export interface StreamPlan {
  facility: string
  devices: readonly string[]
  boot: string
  messages: number
  /** Seq of the first message of each device. */
  firstSeq: number
  /** Device time of seq 0, epoch ms; each further seq lies a millisecond later, so that every row has a time of its own. */
  beganMs: number
}

/** PUBLISH packets one behind the other, QoS 1; packet n begins at `starts[n]` and has the id `packetId(n)`. */
export interface PacketStream {
  bytes: Buffer
  starts: Uint32Array
}

/** Packet ids go round: they may be used again long before, as far fewer are ever in flight. */
export const packetId = (n: number): number => 1 + (n % 65_535)

const MAX_PACKET = 512
/** Messages of a device until its heart rate is the same again. */
export const HEART_RATES = 60
/** The first seq whose message has this heart rate. */
export const heartRateSeq = (heartRate: number): number => heartRate - 60

/** A sleep mat's message of five metrics, about 250 bytes. */
const payloadOf = (boot: string, seq: number, ts: number): string =>
  `{"v":1,"boot":"${boot}","seq":${seq},"ts":${ts},"metrics":{"heart_rate":${60 + (seq % HEART_RATES)},"resp_rate":${12 + (seq % 9)},` +
  `"activity":${seq % 1000},"signal_quality":88,"bed_state":"asleep"},"fw":"1.4.2-rc.3+build.20261120.7f3a9c","battery":87,"rssi":-61}`

/** Message `n` of a plan: the devices take turns. */
function messageOf(plan: StreamPlan, n: number): { device: string; seq: number; payload: string } {
  const device = plan.devices[n % plan.devices.length] as string
  const seq = plan.firstSeq + Math.floor(n / plan.devices.length)
  return { device, seq, payload: payloadOf(plan.boot, seq, plan.beganMs + seq) }
}

/** Packets for the messages `from` (included) to `to` (left out) of a plan. */
export function buildStream(plan: StreamPlan, from: number, to: number): PacketStream {
  const bytes = Buffer.allocUnsafe((to - from) * MAX_PACKET)
  const starts = new Uint32Array(to - from + 1)
  const topics = plan.devices.map(device => Buffer.from(deviceTopic(plan.facility, device, 'telemetry')))
  let at = 0
  for (let n = from; n < to; n++) {
    starts[n - from] = at
    const topic = topics[n % topics.length] as Buffer
    const { payload } = messageOf(plan, n)
    const length = 2 + topic.length + 2 + payload.length
    bytes[at] = 0x32
    bytes[at + 1] = (length & 0x7f) | 0x80
    bytes[at + 2] = length >> 7
    at = bytes.writeUInt16BE(topic.length, at + 3)
    at += topic.copy(bytes, at)
    at = bytes.writeUInt16BE(packetId(n), at)
    at += bytes.write(payload, at, 'latin1')
  }
  starts[to - from] = at
  return { bytes: bytes.subarray(0, at), starts }
}

/** CONNECT with a keepalive of ten minutes. [MQTT-3.1] */
export function connectPacket(options: { clientId: string; username?: string; password?: string; clean: boolean }) {
  const { clientId, username, password } = options
  const texts = [clientId, username, password].filter(text => text !== undefined)
  const flags = (options.clean ? 0x02 : 0) | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40)
  const body = Buffer.concat([textOf('MQTT'), Buffer.from([4, flags, 600 >> 8, 600 & 0xff]), ...texts.map(textOf)])
  return framed(0x10, body)
}

/** SUBSCRIBE with QoS 1. [MQTT-3.8] */
export const subscribePacket = (filter: string): Buffer =>
  framed(0x82, Buffer.concat([Buffer.from([0, 1]), textOf(filter), Buffer.from([1])]))

const textOf = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}

function framed(type: number, body: Buffer): Buffer {
  if (body.length >= 16_384) throw new RangeError('two bytes of length are enough for a load')
  return Buffer.concat([Buffer.from([type, (body.length & 0x7f) | 0x80, body.length >> 7]), body])
}
