/** The boards of all facilities: snapshots for browsers that come, frames for those that watch. */

import type { Transition } from '../../core/conditions.ts'
import { AppError } from '../../core/errors.ts'
import { type BoardEventMessage, type Frame, stateIndex } from '../../core/live.ts'
import type { LiveMessage } from '../../core/platform-messages.ts'
import type { TelemetrySource } from '../../core/ports.ts'
import type { FacilityRecord, Registry } from '../../core/registry.ts'
import type { Board, BoardCondition } from '../../core/rest/board.ts'
import { createZoneClock } from '../zone-clock.ts'
import type { ConditionFeed } from './condition-feed.ts'
import { conditionView } from './condition-view.ts'
import type { Feed } from './feed.ts'
import { type Layout, readLayout } from './layout.ts'
import { createMinutes, type Minutes } from './minutes.ts'
import { fillMinutes, lineMetric, recentEvents } from './past.ts'
import { feedFreshness, type RoomNow, roomColumns, roomNow } from './room-now.ts'
import { snapshotOf } from './snapshot.ts'

const MAX_EVENTS = 50

interface BoardState {
  layout: Layout
  minutes: Minutes
  /** Newest first. */
  events: BoardEventMessage[]
  lastFrameSeq: number
}

export interface Boards {
  /** Lays a board out if it is not yet; a facility that does not exist has none. */
  open(facility: string): Promise<void>
  /** Throws `not_found` for a facility that does not exist. */
  snapshot(facility: string): Promise<Board>
  /** The next frame; null before the facility's board was ever laid out. */
  frame(facility: string): Frame | null
  /** Events of a live message, as browsers get them, newest first. */
  events(facility: string, message: LiveMessage): BoardEventMessage[]
  /** A condition's transition as browsers get it. */
  condition(facility: string, transition: Transition): BoardCondition
  /** Looks at the registry again. @returns the new layout's version if it changed, else null */
  refresh(facility: string): Promise<number | null>
  /** Notes the present minute of all rooms of all boards. */
  noteMinutes(): void
  /** Reads the last half hour from the store again: what came late fills the minutes that nobody noted. */
  fillPast(): Promise<void>
  /** Looks again at boards whose registry or placements may have changed. @returns those that did */
  refreshDue(): Promise<{ facility: string; version: number }[]>
}

export function createBoards({
  registry,
  source,
  feed,
  conditions,
  clock,
  log,
}: {
  registry: Registry
  source: TelemetrySource
  feed: Feed
  conditions: Pick<ConditionFeed, 'active' | 'seq'>
  clock: () => number
  log: { warn(fields: object, text: string): void }
}): Boards {
  const boards = new Map<string, Promise<BoardState>>()
  const ready = new Map<string, BoardState>()

  const open = (facility: FacilityRecord): Promise<BoardState> => {
    let board = boards.get(facility.id)
    if (!board) {
      board = begin(facility)
      boards.set(facility.id, board)
      board.catch(() => boards.delete(facility.id))
    }
    return board
  }
  const begin = async (facility: FacilityRecord): Promise<BoardState> => {
    const layout = await readLayout(registry, facility, clock())
    const board: BoardState = { layout, minutes: createMinutes(), events: [], lastFrameSeq: 0 }
    ready.set(facility.id, board)
    readPast(board).catch((error: unknown) =>
      log.warn({ facility: facility.id, error: String(error) }, 'could not read the last half hour for a board'),
    )
    return board
  }
  const readPast = async (board: BoardState): Promise<void> => {
    const { layout } = board
    const past = await recentEvents(source, layout, clock())
    const known = new Set(board.events.map(keyOfEvent))
    const zone = createZoneClock(layout.facility.zone)
    const older = past.flatMap(({ device, profile, event, deviceMs, marks }) => {
      const room = layout.roomOfDevice.get(device)?.record.id ?? null
      const message = { room, device, profile, event, at: zone.format(deviceMs), late: marks.includes('late') }
      return known.has(keyOfEvent(message)) ? [] : [message]
    })
    board.events = newestFirst([...board.events, ...older])
    await fillMinutes(source, layout, past, board.minutes, clock())
  }
  const roomsNow = (board: BoardState): RoomNow[] => {
    const { id } = board.layout.facility
    const now = feed.gatewayNowMs(id)
    const ageMs = feed.ageMs(id)
    return board.layout.rooms.map(room => roomNow(room, board.layout, feed.of(id), now, ageMs))
  }

  const boardsApi: Boards = {
    async open(facilityId) {
      if (boards.has(facilityId)) return
      const facility = await registry.facilities.get(facilityId)
      if (facility) await open(facility)
    },
    async snapshot(facilityId) {
      const facility = await registry.facilities.get(facilityId)
      if (!facility) throw new AppError('not_found', `There is no facility ${facilityId}.`)
      const board = await open(facility)
      if (isDue(board, await registry.registryVersion(facilityId))) await boardsApi.refresh(facilityId)
      return snapshotOf({
        layout: board.layout,
        rooms: roomsNow(board),
        minutes: board.minutes,
        events: board.events,
        conditions: conditions.active(facilityId).map(transition => boardsApi.condition(facilityId, transition)),
        alarmSeq: conditions.seq(facilityId),
        feedAgeMs: feed.ageMs(facilityId),
        frameSeq: Math.max(board.lastFrameSeq, Math.floor(clock() / 1000)),
        nowMs: clock(),
      })
    },
    frame(facility) {
      const board = ready.get(facility)
      if (!board) return null
      const now = clock()
      // Counted in seconds of the clock: frames of any server, and of one that has just started, follow any snapshot.
      board.lastFrameSeq = Math.max(board.lastFrameSeq + 1, Math.floor(now / 1000))
      const rooms = roomsNow(board).map((room, index) => roomColumns(index, room))
      return [
        board.lastFrameSeq,
        now,
        conditions.seq(facility),
        board.layout.version,
        feed.ageMs(facility) ?? -1,
        rooms,
      ]
    },
    events(facility, message) {
      const board = ready.get(facility)
      if (!board || message.events.length === 0) return []
      const zone = createZoneClock(board.layout.facility.zone)
      const fresh = message.events.flatMap(({ device, event, at, late }) => {
        const room = board.layout.roomOfDevice.get(device)
        const profile = room?.devices.find(({ record }) => record.id === device)?.profile.id
        return profile ? [{ room: room.record.id, device, profile, event, at: zone.format(at), late }] : []
      })
      board.events = newestFirst([...fresh, ...board.events])
      return newestFirst(fresh)
    },
    condition(facility, transition) {
      // It does not wait for a layout: without one, times have the offset of Greenwich.
      const zone = ready.get(facility)?.layout.facility.zone
      return conditionView(transition, zone === undefined ? utc : createZoneClock(zone).format)
    },
    async refresh(facilityId) {
      const board = ready.get(facilityId)
      const facility = board && (await registry.facilities.get(facilityId))
      if (!board || !facility) return null
      const before = board.layout.version
      board.layout = await readLayout(registry, facility, clock())
      return board.layout.version === before ? null : board.layout.version
    },
    async fillPast() {
      for (const board of ready.values()) await readPast(board)
    },
    noteMinutes() {
      for (const board of ready.values()) {
        const { facility, rooms, metrics } = board.layout
        const { receivedMs } = feed.of(facility.id)
        if (receivedMs === null || feedFreshness(feed.ageMs(facility.id)) !== 'fresh') continue
        roomsNow(board).forEach((room, index) => {
          const { record } = rooms[index] as (typeof rooms)[number]
          const line = lineMetric(rooms[index] as (typeof rooms)[number])
          const value = line && room.values[metrics.findIndex(({ name }) => name === line.metric)]
          const present = value && (value.freshness === 'fresh' || value.freshness === 'ageing') ? value.value : null
          const state = room.state === 'not_installed' ? null : stateIndex(room.state)
          board.minutes.note(record.id, clock(), state, typeof present === 'number' ? present : null)
        })
      }
    },
    async refreshDue() {
      const changed: { facility: string; version: number }[] = []
      for (const [facility, board] of ready) {
        if (!isDue(board, await registry.registryVersion(facility))) continue
        const version = await boardsApi.refresh(facility)
        if (version !== null) changed.push({ facility, version })
      }
      return changed
    },
  }
  return boardsApi

  function isDue(board: BoardState, registryVersion: number): boolean {
    return board.layout.registryVersion !== registryVersion || board.layout.changesMs <= clock()
  }
}

const utc = (ms: number): string => new Date(ms).toISOString()

const keyOfEvent = (event: BoardEventMessage): string => `${event.device} ${event.event} ${event.at}`

/** By the time at which they happened: what arrives late takes its place among the old ones. */
const newestFirst = (events: BoardEventMessage[]): BoardEventMessage[] =>
  events.toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, MAX_EVENTS)
