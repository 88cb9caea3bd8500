/** The simulators: what they may say, that they say it again, and that the devices of one room agree. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bootIdSchema } from '../../core/ids.ts'
import { judgeEvent, judgeTelemetry } from '../../core/judge.ts'
import { batchedTelemetrySchema, eventMessageSchema } from '../../core/messages.ts'
import type { DeviceProfile } from '../../core/profile.ts'
import { profiles } from '../../core/profiles/index.ts'
import { isEvent, type Sample, type TelemetrySample } from '../../device-sim/sample.ts'
import { simulateByProfile } from '../../device-sim/simulators/by-profile.ts'
import { simulatorOf } from '../../device-sim/simulators/catalogue.ts'
import { createResident, IN_BED } from '../../device-sim/simulators/resident.ts'
import { scenarios } from '../../device-sim/simulators/scenario.ts'
import { historyOf, type Simulate, type Simulator } from '../../device-sim/simulators/simulator.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const START = Date.UTC(2026, 10, 22, 3)
const boot = bootIdSchema.parse('b')

function play(
  simulator: Simulator,
  { seed = '1', scenario = 'normal', zone = 'Asia/Tokyo', room = '201' } = {},
): Simulate {
  const resident = createResident({ seed, name: room, zone, scenario: scenarios[scenario]! })
  return simulator({ seed, device: `r${room}-x`, resident })
}
const playProfile = (profile: DeviceProfile, how = {}): Simulate => play(simulatorOf(profile), how)

/** What the gateway would object to, if anything. */
function objection(sample: Sample, profile: DeviceProfile): string | null {
  const context = { rxMs: sample.atMs, activeFromMs: START - DAY }
  const { atMs, ...body } = sample
  const message = { boot, seq: 0, ts: atMs, ...body }
  const judged = isEvent(sample)
    ? judgeEvent(eventMessageSchema.parse({ v: 1, ...message }), profile, context)
    : judgeTelemetry(batchedTelemetrySchema.parse(message), profile, context)
  if (!judged.ok) return judged.refusal.detail
  return judged.refusal ? judged.refusal.detail : null
}

describe.each(profiles.map(profile => [profile.id, profile] as const))('%s', (_, profile) => {
  /** What comes each second is looked at for an hour, the rest for six. */
  const dense = Object.values(profile.metrics).some(
    ({ sampling }) => sampling.how === 'periodic' && sampling.seconds <= 1,
  )
  const spanMs = dense ? HOUR : 6 * HOUR

  test('every message is accepted whatever the seed, the scenario and the zone', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 6 }),
        fc.constantFrom(...Object.keys(scenarios)),
        fc.constantFrom('Asia/Tokyo', 'Asia/Seoul', 'Europe/London', 'America/St_Johns'),
        fc.integer({ min: 0, max: 300 }),
        (seed, scenario, zone, days) => {
          const from = START + days * DAY
          for (const sample of playProfile(profile, { seed, scenario, zone })(from, from + spanMs)) {
            expect(objection(sample, profile)).toBeNull()
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  test('the same bytes come again when the seed is the same, and others when it is not', () => {
    const bytes = (seed: string) => JSON.stringify(playProfile(profile, { seed })(START, START + 2 * DAY))
    expect(bytes('a')).toBe(bytes('a'))
    expect(bytes('a')).not.toBe(bytes('b'))
  })

  test('the parts equal the whole when a span is cut anywhere', () => {
    const whole = playProfile(profile)(START, START + DAY)
    const runs = dense ? 4 : 15
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: DAY - 1 }), { maxLength: 12 }), cuts => {
        const simulate = playProfile(profile)
        const edges = [0, ...cuts.sort((a, b) => a - b), DAY]
        const parts = edges.slice(1).flatMap((to, i) => simulate(START + edges[i]!, START + to))
        expect(parts).toEqual(whole)
      }),
      { numRuns: runs },
    )
    expect([...historyOf(playProfile(profile), START, START + DAY, 7 * HOUR)].flat()).toEqual(whole)
  })

  test('the day has messages in order of time, and each metric is seen in a week', () => {
    const week = playProfile(profile)(START, START + 7 * DAY)
    expect(week.map(sample => sample.atMs)).toEqual(week.map(sample => sample.atMs).sort((a, b) => a - b))
    const seen = new Set(week.flatMap(sample => (isEvent(sample) ? [] : Object.keys(sample.metrics))))
    const optional = new Set(['snoring', 'skin_temp'])
    expect(Object.keys(profile.metrics).filter(name => !seen.has(name) && !optional.has(name))).toEqual([])
  })

  test('the profile alone gives accepted messages when a type has no simulator of its own', () => {
    const samples = play(simulateByProfile(profile))(START, START + 2 * HOUR)
    expect(samples.length).toBeGreaterThan(0)
    expect(samples.map(sample => objection(sample, profile)).filter(Boolean)).toEqual([])
  })
})

describe('devices of one room', () => {
  const profile = (id: string): DeviceProfile => profiles.find(p => p.id === id)!
  const resident = createResident({ seed: '7', name: '305', zone: 'Asia/Tokyo', scenario: scenarios['bed-exits']! })
  const run = (id: string): Sample[] =>
    simulatorOf(profile(id))({ seed: '7', device: `r305-${id}`, resident })(START, START + 3 * DAY)
  const mat = run('bed.sleep_mat')
  const motion = run('room.door_motion')

  test('heart rate and breath come only while someone lies in bed', () => {
    for (const sample of mat) {
      if (isEvent(sample) || !('activity' in sample.metrics)) continue
      const lying = IN_BED.has(resident.at(sample.atMs).state)
      expect('heart_rate' in sample.metrics, String(sample.atMs)).toBe(lying)
      expect('resp_rate' in sample.metrics).toBe(lying)
      expect('signal_quality' in sample.metrics).toBe(true)
    }
  })

  test('the mat reports an empty bed when the toilet is used', () => {
    const visits = motion.filter(sample => isEvent(sample) && sample.event === 'toilet_in')
    expect(visits.length).toBeGreaterThan(8)
    for (const visit of visits) {
      const state = mat.findLast(s => !isEvent(s) && 'bed_state' in s.metrics && s.atMs <= visit.atMs)
      expect(state && !isEvent(state) && state.metrics.bed_state).toBe('out_of_bed')
    }
  })

  test('the mat tells a change of state at once', () => {
    const exits = mat.filter(sample => isEvent(sample) && sample.event === 'bed_exit')
    expect(exits.length).toBeGreaterThan(6)
    for (const exit of exits) {
      expect(mat.some(s => !isEvent(s) && s.atMs === exit.atMs && s.metrics.bed_state === 'out_of_bed')).toBe(true)
    }
  })

  test('a night ends with its figures', () => {
    const nights = mat.filter(sample => !isEvent(sample) && 'total_sleep' in sample.metrics)
    expect(nights).toHaveLength(3)
    for (const night of nights) {
      const { total_sleep: slept, time_in_bed: lay, sleep_efficiency: share } = (night as TelemetrySample).metrics
      expect(slept).toBeGreaterThan(240)
      expect(lay).toBeLessThan(14 * 60)
      expect(share).toBe(Math.round((Number(slept) / Number(lay)) * 100))
    }
  })
})

test('scenarios differ when only the scenario does', () => {
  const exits = (scenario: string): number =>
    playProfile(profiles.find(p => p.id === 'bed.sleep_mat')!, { scenario })(START, START + 5 * DAY).filter(
      sample => isEvent(sample) && sample.event === 'bed_exit',
    ).length
  expect(exits('bed-exits')).toBeGreaterThan(exits('quiet-night') * 2)
})

describe('a fall', () => {
  const resident = createResident({ seed: '3', name: '302', zone: 'Asia/Tokyo', scenario: scenarios.fall! })
  const eventsOf = (id: string, event: string): number[] =>
    simulatorOf(profiles.find(p => p.id === id)!)({ seed: '3', device: `r302-${id}`, resident })(
      START,
      START + 10 * DAY,
    )
      .filter(sample => isEvent(sample) && sample.event === event)
      .map(sample => sample.atMs)
  const fallen = resident.changes(START, START + 10 * DAY - HOUR).filter(({ now }) => now.fallen)

  test('is told within seconds by every device of the room that can see it, and never otherwise', () => {
    expect(fallen.length).toBeGreaterThan(3)
    for (const [id, event] of [
      ['room.silhouette', 'fall'],
      ['room.radar', 'fall_suspected'],
      ['wear.location_tag', 'fall'],
    ] as const) {
      const told = eventsOf(id, event)
      expect(told.length, id).toBe(fallen.length)
      for (const [i, { now }] of fallen.entries()) expect((told[i] ?? 0) - now.startMs, id).toBeLessThan(10_000)
    }
  })

  test('leaves the bed as empty as any other time on the feet', () => {
    const exits = new Set(eventsOf('bed.sleep_mat', 'bed_exit'))
    for (const { before, now } of fallen) if (before.state === 'out_of_bed') expect(exits.has(now.startMs)).toBe(false)
  })

  test('never happens in a quiet night', () => {
    const quiet = createResident({ seed: '3', name: '302', zone: 'Asia/Tokyo', scenario: scenarios['quiet-night']! })
    expect(quiet.changes(START, START + 60 * DAY).some(({ now }) => now.fallen)).toBe(false)
  })
})

// Faults of the device itself, which only a planted fault brings about, and hearts and breaths worse than a fever makes them.
const UNPLAYED = new Set([
  'unreachable',
  'overheat',
  'stop',
  'overload',
  'e_stop',
  'unusable_video',
  'stumble',
  'hr_range',
  'rr_range',
])

test.each(profiles.map(profile => [profile.id, profile] as const))(
  '%s plays every event that its profile names within a winter and a summer of one scenario or another',
  (_, profile) => {
    const missing = new Set(Object.keys(profile.events).filter(name => !UNPLAYED.has(name)))
    for (const scenario of ['fall', 'normal', 'wandering', 'fever'])
      for (const room of ['201', '302', '311'])
        for (let day = 0; day < 270 && missing.size > 0; day += day === 60 ? 180 : 5)
          for (const sample of play(simulatorOf(profile), { scenario, room })(
            START + day * DAY,
            START + (day + 1) * DAY,
          ))
            if (isEvent(sample)) missing.delete(sample.event)
    expect([...missing]).toEqual([])
  },
)
