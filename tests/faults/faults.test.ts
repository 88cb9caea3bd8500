/** The fault run in short: nothing acknowledged is lost, stored twice or altered; and the run is red when the guarantee is broken on purpose. */
import { expect, test } from 'vitest'
import { describeWith } from '../servers/find.ts'
import { influxd } from '../servers/influxd.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { runCampaign } from './campaign.ts'
import type { Sabotage } from './process-config.ts'
import type { Topology } from './rig.ts'

const SEED = 20_261_125
const run = (
  topology: Topology,
  faults: number,
  messages: number,
  sabotage: Sabotage = 'none',
  only?: RegExp,
  seed = SEED,
) =>
  runCampaign({
    seed,
    messages,
    faults,
    topologies: [topology],
    sabotage,
    signal: new AbortController().signal,
    ...(only ? { only } : {}),
  })

/** A few faults may all strike at harmless moments: that the harness sees losses is shown by the first of a few runs that has one. */
async function lossesSeen(topology: Topology, faults: number, sabotage: Sabotage, only: RegExp): Promise<number> {
  for (let seed = SEED; seed < SEED + 5; seed += 1) {
    const { verdict, clean } = await run(topology, faults, 1_000, sabotage, only, seed)
    if (verdict.lost === 0) continue
    expect(clean).toBe(false)
    return verdict.lost
  }
  return 0
}

const clean = { lost: 0, twice: 0, altered: 0, invented: 0, notKept: 0 }

test('embedded: every acknowledged message is found exactly once when process, disk and network fail', async () => {
  const { verdict, violations, messages, faults } = await run('embedded', 10, 4_000)
  expect(violations).toEqual([])
  expect(verdict).toMatchObject(clean)
  expect(verdict.stored).toBeGreaterThan(3_500)
  expect(messages.resent / messages.sent).toBeGreaterThan(0.05)
  expect(faults.counted).toBe(10)
  expect(faults.powerCuts).toBeGreaterThan(0)
})

test('embedded: messages are lost when syncing does nothing', async () => {
  expect(await lossesSeen('embedded', 3, 'lying', /^power cut$/)).toBeGreaterThan(0)
})

test('embedded: messages are lost when they are acknowledged before the commit', async () => {
  expect(await lossesSeen('embedded', 4, 'hasty', /^(kill gateway|power cut)$/)).toBeGreaterThan(0)
})

describeWith([mosquitto, influxd], 'with Mosquitto and InfluxDB 2', () => {
  test('every message with a receipt is found exactly once when gateway, broker, store, server, disk and network fail', async () => {
    const { verdict, violations, messages, faults, serverReads } = await run(
      'outside',
      10,
      4_000,
      'none',
      /^(?!.*for long)/,
    )
    expect(violations).toEqual([])
    expect(verdict).toMatchObject(clean)
    expect(verdict.stored + verdict.deadLettered).toBeGreaterThan(3_500)
    expect(messages.resent / messages.sent).toBeGreaterThan(0.05)
    expect(faults.counted).toBe(10)
    expect(serverReads).toBeGreaterThan(0)
  })

  test('messages are lost when syncing does nothing', async () => {
    expect(await lossesSeen('outside', 3, 'lying', /^power cut$/)).toBeGreaterThan(0)
  })

  test('messages are lost when the receipt goes out before the commit', async () => {
    expect(await lossesSeen('outside', 4, 'hasty', /^(kill gateway|power cut)$/)).toBeGreaterThan(0)
  })
})
