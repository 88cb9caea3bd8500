/** Shows how frames become rooms: absolute, in place, never by an old frame; and that the sums add up to all rooms. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Frame, packFlags, stateIndex } from '../../core/live.ts'
import { PLACE_STATES } from '../../core/place-state.ts'
import { profiles } from '../../core/profiles/index.ts'
import { needsLook, tally } from '../../dashboard/src/board/attention.ts'
import { filterQuery, parseFilter, passes } from '../../dashboard/src/board/filter.ts'
import { createBoardStore } from '../../dashboard/src/board/store.ts'
import { metricRoles, tileValues, wallName } from '../../dashboard/src/board/tile-values.ts'
import { createServerClock } from '../../dashboard/src/clock.ts'
import { LAYOUT, makeEvents, makeRooms, ZONE } from '../e2e/support/scene.ts'

const NOW = Date.parse('2026-11-23T05:42:18+09:00')

function openBoard() {
  let local = 0
  const paints: (() => void)[] = []
  const clock = createServerClock(() => local, NOW)
  const store = createBoardStore({ clock, onNextPaint: paint => paints.push(paint) })
  const board = {
    facility: { id: 'demo', name: 'demo', zone: ZONE },
    serverTime: new Date(NOW).toISOString(),
    frameSeq: 10,
    alarmSeq: 0,
    feedAgeMs: 300,
    layout: LAYOUT,
    rooms: makeRooms('mixed', NOW),
    events: makeEvents(NOW),
    conditions: [],
  }
  const snapshot = board as unknown as Parameters<typeof store.applySnapshot>[0]
  store.applySnapshot(snapshot)
  const frame = (seq: number, atMs: number, rooms: Frame[5], version = 1): Frame => [seq, atMs, 0, version, 300, rooms]
  return {
    store,
    snapshot,
    frame,
    paints,
    paint: () => {
      for (const paint of paints.splice(0)) paint()
    },
    pass: (ms: number) => {
      local += ms
      store.tick()
    },
  }
}
const awake = (index: number, heart: number): Frame[5][number] => [
  index,
  stateIndex('awake'),
  packFlags('fresh'),
  Math.floor(NOW / 1000) - 60,
  heart,
  15,
  null,
  null,
  3,
]

describe('the board', () => {
  it('keeps the order of the snapshot whatever the frame says first', () => {
    const { store, frame, paint } = openBoard()
    const before = store.frame()?.order
    store.applyFrame(frame(11, NOW + 1000, [awake(5, 70), awake(0, 71)]))
    paint()
    expect(store.frame()?.order).toEqual(before)
    expect(store.room('r201')).toMatchObject({ state: 'awake', values: [71, 15, null, null] })
    expect(store.room('r207')).toMatchObject({ state: 'awake', values: [70, 15, null, null] })
  })

  it('paints once when several frames come between two paints, and shows the newest', () => {
    const { store, frame, paint, paints } = openBoard()
    store.applyFrame(frame(11, NOW + 1000, [awake(0, 71)]))
    store.applyFrame(frame(12, NOW + 2000, [awake(0, 72)]))
    expect(paints).toHaveLength(1)
    paint()
    expect(store.room('r201')?.values[0]).toBe(72)
  })

  it('tells only the rooms whose picture has changed', () => {
    const { store, frame, paint } = openBoard()
    const told: string[] = []
    for (const id of ['r201', 'r202']) store.subscribe(`room ${id}`, () => told.push(id))
    store.applyFrame(frame(11, NOW + 1000, [awake(0, 71)]))
    paint()
    store.applyFrame(frame(12, NOW + 2000, [awake(0, 71)]))
    paint()
    expect(told).toEqual(['r201'])
  })

  it('drops a frame that is older than what it shows', () => {
    const { store, frame, paint } = openBoard()
    store.applyFrame(frame(9, NOW - 5000, [awake(0, 99)]))
    paint()
    expect(store.room('r201')?.state).toBe('asleep')
  })

  it('asks for a new snapshot when the layout has changed', () => {
    const { store, frame } = openBoard()
    expect(store.applyFrame(frame(11, NOW + 1000, [], 2))).toBe(false)
  })

  it('moves the last half hour on by a minute only while it is live', () => {
    const { store, frame, paint, pass } = openBoard()
    pass(60_000)
    store.applyFrame(frame(70, NOW + 60_000, [awake(0, 66)]))
    paint()
    const still = store.room('r201')?.recentStates
    expect(still?.at(-1)).toBe(stateIndex('asleep'))
    pass(1_000)
    pass(59_000)
    expect(store.link().kind).toBe('stopped')
    expect(store.room('r201')?.recentStates).toEqual(still)
  })

  it('puts an event that arrives late at its own time', () => {
    const { store } = openBoard()
    const late = {
      room: 'r201',
      device: 'mat-0201',
      profile: 'bed.sleep_mat',
      event: 'sit_up',
      at: new Date(NOW - 3_600_000).toISOString(),
      late: true,
    }
    store.addEvent(late)
    expect(store.events()[0]).not.toBe(late)
    expect(store.events()).toContain(late)
  })
})

describe('events', () => {
  const event = {
    room: 'r201',
    device: 'mat-0201',
    profile: 'bed.sleep_mat',
    event: 'sit_up',
    at: new Date(NOW).toISOString(),
    late: false,
  }

  it('are not lost when a snapshot that left before them arrives after them', () => {
    const { store, snapshot } = openBoard()
    store.addEvent(event)
    store.applySnapshot(snapshot)
    expect(store.events()).toContainEqual(event)
  })

  it('stand there once when socket and snapshot both tell them', () => {
    const { store } = openBoard()
    const before = store.events().length
    store.addEvent(event)
    store.addEvent({ ...event })
    expect(store.events()).toHaveLength(before + 1)
  })
})

describe('a cleared board', () => {
  it('holds nothing of the facility before', () => {
    const { store } = openBoard()
    const told: string[] = []
    store.subscribe('room r201', () => told.push('r201'))
    store.clear()
    expect([store.frame(), store.room('r201'), store.events(), store.tallies().total]).toEqual([null, undefined, [], 0])
    expect(store.link().kind).toBe('loading')
    expect(told).toEqual(['r201'])
  })
})

describe('a room asks for a look', () => {
  it.each([
    ['offline', true, true],
    ['unclear', true, true],
    ['out_of_bed', true, false],
    ['bed_edge', true, false],
    ['asleep', false, false],
    ['not_installed', false, false],
  ] as const)('when it is %s: by night %s, by day %s', (state, byNight, byDay) => {
    expect([needsLook(state, true), needsLook(state, false)]).toEqual([byNight, byDay])
  })
})

describe('the sums', () => {
  it('add up to all rooms', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PLACE_STATES)), states => {
        const sums = tally(states)
        expect(sums.asleep + sums.awake + sums.offBed + sums.unseen).toBe(states.length)
        expect(sums.notInstalled).toBeLessThanOrEqual(sums.unseen)
      }),
    )
  })
})

describe('a tile', () => {
  const roles = metricRoles(profiles)
  const { store } = openBoard()
  const values = (id: string) => {
    const room = store.room(id)
    return room ? tileValues(room, LAYOUT, roles).map(each => [each.name.en, each.value]) : []
  }

  it('shows two values of devices that watch the room', () => {
    expect(values('r201')).toEqual([
      ['HR', 56],
      ['RR', 13],
    ])
  })

  it('shows nothing measured in bed when the resident is out of it', () => {
    const room = store.room('r201')
    expect(
      room &&
        tileValues({ ...room, state: 'out_of_bed', values: [88, 20, 4, 7] }, LAYOUT, roles).map(each => each.value),
    ).toEqual([7])
  })

  it('has a name short enough for a wall in each language', () => {
    const name = { ja: '心拍', ko: '심박', en: 'HR' }
    expect([wallName(name, 'ja'), wallName(name, 'ko'), wallName(name, 'en')]).toEqual(['心', '심', 'HR'])
  })
})

describe('the filter', () => {
  it.each([{}, { show: 'look' }, { show: 'unseen' }, { unit: '2階 さくら' }])(
    'survives the address when it is %o',
    query => {
      expect(filterQuery(parseFilter(new URLSearchParams(query as Record<string, string>)))).toEqual(query)
    },
  )

  it('hides no room when the picture has stopped', () => {
    const { store } = openBoard()
    const asleep = store.room('r201')
    expect(asleep && passes({ kind: 'look' }, asleep, { isNow: true, isNight: true })).toBe(false)
    expect(asleep && passes({ kind: 'look' }, asleep, { isNow: false, isNight: true })).toBe(true)
  })
})
