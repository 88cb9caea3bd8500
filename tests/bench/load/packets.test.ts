// Shows that the load's packets are what a broker reads from them, however the stream is cut.
import { expect, it } from 'vitest'
import { telemetryMessageSchema } from '../../../core/messages.ts'
import { pairedRatios } from '../support/report.ts'
import { createPacketReader } from './packet-reader.ts'
import { buildStream, packetId, type StreamPlan } from './packets.ts'

const plan: StreamPlan = {
  ...{
    facility: 'ours1',
    devices: ['mat-1', 'mat-2', 'mat-3'],
    boot: 'b1',
    messages: 200,
    firstSeq: 5,
    beganMs: 1_790_000_000_000,
  },
}

it.each([1, 7, 256, 65_536])(
  'packets are read as they were built when the stream comes in chunks of %i bytes',
  size => {
    const { bytes, starts } = buildStream(plan, 50, 200)
    const seen: { topic: string; id: number; message: unknown }[] = []
    const read = createPacketReader((header, body) => {
      expect(header).toBe(0x32)
      const topicEnd = 2 + body.readUInt16BE(0)
      seen.push({
        topic: body.toString('utf8', 2, topicEnd),
        id: body.readUInt16BE(topicEnd),
        message: JSON.parse(body.toString('utf8', topicEnd + 2)),
      })
    })
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size))
    expect(seen).toHaveLength(150)
    expect(starts[150]).toBe(bytes.length)
    seen.forEach(({ topic, id, message }, i) => {
      const { seq, ts } = telemetryMessageSchema.parse(message)
      expect([topic, id]).toEqual([`mimamori/v1/ours1/mat-${((50 + i) % 3) + 1}/telemetry`, packetId(50 + i)])
      expect([seq, ts]).toEqual([5 + Math.floor((50 + i) / 3), plan.beganMs + (seq as number)])
    })
  },
)

it('a run is compared with the mean of the runs beside it, and with nothing else', () => {
  const runs = [8, 10, 30, 20, 30, 10].map((rate, i) => ({
    rate,
    side: (['other', 'peer', 'ours'] as const)[i === 0 ? 0 : 2 - (i % 2)],
  }))
  expect(
    pairedRatios(
      runs,
      run => run.side ?? 'other',
      run => run.rate,
    ),
  ).toEqual([2, 2])
})
