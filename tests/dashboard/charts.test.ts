/** Shows that charts never join a gap, tell silence from absence, and mark time by the facility's clock. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pointAt, runsOf, silences, summaryOf, toColumns } from '../../dashboard/src/charts/series.ts'
import { nightsOf, ticksOf } from '../../dashboard/src/charts/ticks.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.parse('2026-11-23T00:00:00+09:00')
type Point = [number, number, number | null, number | null, number | null, number | string]
const at = (minutes: number, value = 60): Point => [START + minutes * MINUTE, 1, value - 2, value + 2, value, value]
const readings = (points: Point[], bucketMs = MINUTE) =>
  ({ points, bucketMs, metric: 'heart_rate', unit: '/min', periodMs: MINUTE }) as unknown as Parameters<
    typeof silences
  >[0][number]['readings']
const nulls = (points: Point[], bucketMs: number, stepMs: number | null) =>
  toColumns(readings(points, bucketMs), stepMs).mean.filter(value => value === null).length

describe('a line', () => {
  it('is broken when more than two expected intervals are missing', () => {
    expect(nulls([at(0), at(1), at(2)], MINUTE, MINUTE)).toBe(0)
    expect(nulls([at(0), at(3)], MINUTE, MINUTE)).toBe(1)
  })

  it('is not broken when buckets are wider than the interval and follow each other', () => {
    expect(nulls([at(0), at(3), at(6)], 3 * MINUTE, MINUTE)).toBe(0)
    expect(nulls([at(0), at(6)], 3 * MINUTE, MINUTE)).toBe(1)
  })

  it('is not broken when buckets are narrower than the interval', () => {
    expect(nulls([at(0), at(1), at(2)], 6_000, MINUTE)).toBe(0)
  })

  it('is never joined over a gap, wherever the points lie', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 500 }), { minLength: 2 }), minutes => {
        const points = minutes.sort((a, b) => a - b).map(minute => at(minute))
        const { x, mean } = toColumns(readings(points), MINUTE)
        for (let i = 1; i < x.length; i += 1) {
          const isJoined = mean[i] !== null && mean[i - 1] !== null
          if (isJoined) expect(((x[i] as number) - (x[i - 1] as number)) * 1000).toBeLessThan(3 * MINUTE)
        }
      }),
    )
  })
})

describe('silence', () => {
  const window = { fromMs: START, toMs: START + 60 * MINUTE }
  const minutes = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => at(from + i))

  it('is where none of the device came, not where one metric is absent', () => {
    const heart = readings([...minutes(0, 10), ...minutes(50, 60)])
    const quality = readings([...minutes(0, 30), ...minutes(40, 60)])
    expect(
      silences(
        [
          { readings: heart, stepMs: MINUTE },
          { readings: quality, stepMs: MINUTE },
        ],
        window,
      ),
    ).toEqual([{ fromMs: START + 30 * MINUTE, toMs: START + 40 * MINUTE }])
  })

  it('is unknown when a device reports only on events', () => {
    expect(silences([{ readings: readings([at(5)]), stepMs: null }], window)).toEqual([])
  })

  it('ends a state, which otherwise holds until the next word', () => {
    const states = readings([
      [START, 1, null, null, null, 'asleep'],
      [START + 45 * MINUTE, 1, null, null, null, 'awake'],
    ])
    const silent = [{ fromMs: START + 20 * MINUTE, toMs: START + 30 * MINUTE }]
    expect(runsOf(states, window, silent)).toEqual([
      { fromMs: START, toMs: START + 20 * MINUTE, value: 'asleep' },
      { fromMs: START + 45 * MINUTE, toMs: START + 60 * MINUTE, value: 'awake' },
    ])
  })
})

describe('the figures of a range', () => {
  it('weigh each bucket by its count', () => {
    const points: Point[] = [
      [START, 3, 50, 60, 55, 55],
      [START + MINUTE, 1, 70, 80, 75, 75],
    ]
    expect(summaryOf(readings(points))).toEqual({ min: 50, max: 80, mean: 60, count: 4 })
  })

  it('are none when there are no numbers', () => {
    expect(summaryOf(readings([[START, 1, null, null, null, 'asleep']]))).toBeNull()
  })

  it('are read only where a point is near', () => {
    expect(pointAt(readings([at(0)]), START + 2 * MINUTE, MINUTE)).toBeNull()
    expect(pointAt(readings([at(0)]), START + MINUTE, MINUTE)?.[4]).toBe(60)
  })
})

describe('the time axis', () => {
  it('marks round hours of the facility, not of the browser', () => {
    const ticks = ticksOf({ fromMs: START + 37 * MINUTE, toMs: START + 24 * HOUR }, 'Asia/Tokyo', 12)
    expect(ticks.map(tick => new Date(tick.ms).toISOString().slice(11, 16)).slice(0, 3)).toEqual([
      '17:00',
      '19:00',
      '21:00',
    ])
    expect(ticks.length).toBeLessThanOrEqual(12)
  })

  it.each(['Asia/Tokyo', 'Asia/Kolkata', 'Asia/Seoul'])('is in order and inside its window in %s', zone => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 24 }), fc.constantFrom(1, 8, 24, 168, 720), (hours, length) => {
        const window = { fromMs: START + hours * HOUR, toMs: START + (hours + length) * HOUR }
        const ticks = ticksOf(window, zone, 10).map(tick => tick.ms)
        expect(ticks).toEqual([...ticks].sort((a, b) => a - b))
        for (const ms of ticks) expect(ms >= window.fromMs && ms <= window.toMs).toBe(true)
      }),
    )
  })

  it('shades nine to six of each night, and no nights in a month', () => {
    const nights = nightsOf({ fromMs: START + 12 * HOUR, toMs: START + 36 * HOUR }, 'Asia/Tokyo')
    expect(nights).toEqual([{ fromMs: START + 21 * HOUR, toMs: START + 30 * HOUR }])
    expect(nightsOf({ fromMs: START, toMs: START + 720 * HOUR }, 'Asia/Tokyo')).toEqual([])
  })
})
