/** Makes the fuzzed packets: each follows from the seed and its index alone, so that one that breaks something can be made again. */
import { deviceTopic } from '../../core/topics.ts'
import type { DevicePacket } from '../../gateway/bus.ts'
import { createRandom, mix, type Random } from '../faults/random.ts'
import { validMessage } from './house.ts'
import { byteMutations, CANARY, jsonMutations, meaningMutations } from './mutate.ts'

export interface FuzzPacket {
  packet: DevicePacket
  /** What was done to it. */
  how: string
}

const KINDS = [
  { kind: 'valid', weight: 20 },
  { kind: 'bytes', weight: 25 },
  { kind: 'json', weight: 25 },
  { kind: 'meaning', weight: 25 },
  { kind: 'topic', weight: 5 },
] as const
/** No real message is so large; the edge has to say so before it reads. */
const HUGE = Buffer.from(`{"v":1,"fw":"${CANARY.repeat(30_000)}"}`)

export function fuzzPacket(seed: number, index: number): FuzzPacket {
  const random = createRandom(mix(seed, index))
  const { device, channel, message } = validMessage(random, index)
  const topic = deviceTopic('demo', device.id, channel === 'batch' ? 'telemetry' : channel)
  const packet = { topic, payload: Buffer.from(JSON.stringify(message)), retained: random.chance(0.02) }
  const { kind } = random.weighted(KINDS)
  if (random.chance(0.0005)) return { packet: { ...packet, payload: HUGE }, how: 'huge' }
  if (kind === 'valid') return { packet, how: kind }
  if (kind === 'topic') return { packet: { ...packet, ...otherPlace(random, topic, device.id) }, how: kind }
  if (kind === 'bytes') {
    const names = Array.from({ length: random.int(1, 3) }, () => random.pick(Object.keys(byteMutations)))
    const payload = names.reduce<Buffer>((bytes, name) => byteMutations[name]!(random, bytes), packet.payload)
    return { packet: { ...packet, payload }, how: `bytes: ${names[0]}` }
  }
  const mutations = kind === 'json' ? jsonMutations : meaningMutations
  const name = random.pick(Object.keys(mutations))
  const spoilt = mutations[name]!(random, message)
  const text = typeof spoilt === 'string' ? spoilt : JSON.stringify(spoilt)
  return { packet: { ...packet, payload: Buffer.from(text) }, how: `${kind}: ${name}` }
}

/** Another topic, or a publisher without a right to it. */
function otherPlace(random: Random, topic: string, device: string): Partial<DevicePacket> {
  if (random.chance(0.3)) return { publisher: { facility: 'demo', device } }
  const parts = topic.split('/')
  const names = [
    'ghost',
    'far-1',
    'gateway',
    'Ghost',
    '',
    '.',
    '__proto__',
    '漢',
    'x'.repeat(64),
    'x'.repeat(60_000),
    device,
  ]
  parts[3] = random.chance(0.2) ? `stranger-${random.int(0, 1e9)}` : random.pick(names)
  if (random.chance(0.3)) parts[2] = random.pick(['annex', 'demo', 'nowhere', '', '__proto__', 'constructor'])
  if (random.chance(0.3)) parts[4] = random.pick(['telemetry', 'event', 'status', 'receipt', 'rejected', '', 'x'])
  if (random.chance(0.1)) parts.length = random.int(0, 5)
  if (random.chance(0.1)) parts.push(...Array.from({ length: random.int(1, 200) }, () => 'a'))
  return { topic: parts.join('/') }
}
