/** Spoilt MQTT packets at the embedded broker, beside a healthy device: answered or closed, never more; and the fuzzer sees it when a message is acknowledged and lost. */
import { expect, test } from 'vitest'
import { runPackets } from './packet-run.ts'

test('3,000 spoilt packets are answered or end their connection', async () => {
  const report = await runPackets({ seed: 1, packets: 3_000 })
  for (const figure of ['closed', 'answered', 'pubacks', 'stored', 'healthy'] as const)
    expect(report[figure], figure).toBeGreaterThan(5)
}, 60_000)

test('the fuzzer finds out when a message is acknowledged and not kept', async () => {
  const lost = runPackets({
    seed: 2,
    packets: 400,
    deadlineMs: 1_500,
    around: judge => ({
      judge(packet, rxMs) {
        const judged = judge.judge(packet, rxMs)
        const drop = packet.topic.includes('fuzz-3') && judged.accepted.length === 1
        return drop ? { ...judged, entries: [], messages: 0, accepted: [], heard: [] } : judged
      },
    }),
  })
  await expect(lost).rejects.toThrow(/seed 2: acknowledged and not stored: fuzz-3 c\d+ \d+, seed 2, connection \d+/)
}, 60_000)
