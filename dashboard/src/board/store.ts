/** The board outside React: newest snapshot and frame, one listener set per room, painted once per animation frame. */
import type { BoardEventMessage, Frame } from '../../../core/live.ts'
import type { Board, BoardCondition } from '../../../core/rest/board.ts'
import type { ServerClock } from '../clock.ts'
import { type Tallies, tally } from './attention.ts'
import { createConditionList } from './condition-list.ts'
import { judgeLink, type LastWord, type LinkState } from './link.ts'
import { type RoomView, roomFromFrame, roomFromSnapshot, withMinute } from './room-view.ts'

const MAX_EVENTS = 100

/** A snapshot takes at most this long; what the socket says meanwhile is kept. */
const SNAPSHOT_UNDERWAY_MS = 30_000

/** What changes only with a snapshot. */
export interface BoardFrame {
  facility: Board['facility']
  layout: Board['layout']
  /** Room ids in the facility's own order. */
  order: readonly string[]
  units: readonly { name: string; rooms: readonly string[]; watched: number }[]
}

export interface StoreDeps {
  clock: ServerClock
  /** Calls back before the next paint. */
  onNextPaint: (paint: () => void) => void
}

export function createBoardStore({ clock, onNextPaint }: StoreDeps) {
  const rooms = new Map<string, RoomView>()
  const listeners = new Map<string, Set<() => void>>()
  let frame: BoardFrame | null = null
  let frameSeq = -1
  let tallies: Tallies = tally([])
  let events: readonly BoardEventMessage[] = []
  let heard: { event: BoardEventMessage; heardMs: number }[] = []
  const conditions = createConditionList()
  let word: LastWord | null = null
  let link: LinkState = judgeLink(null, 0, false)
  let minute = 0
  let pending: Frame | null = null
  let resuming = false

  const tell = (topic: string): void => {
    for (const listener of listeners.get(topic) ?? []) listener()
  }
  const put = (room: RoomView): void => {
    if (rooms.get(room.id) === room) return
    rooms.set(room.id, room)
    tell(`room ${room.id}`)
  }
  const retally = (): void => {
    const next = tally((frame?.order ?? []).map(id => rooms.get(id)?.state ?? 'not_installed'))
    if (JSON.stringify(next) !== JSON.stringify(tallies)) tallies = next
    tell('rooms')
  }
  const paint = (): void => {
    const next = pending
    pending = null
    if (!next || !frame || next[3] !== frame.layout.version) return
    for (const columns of next[5]) {
      const before = rooms.get(frame.order[columns[0]] ?? '')
      if (before) put(roomFromFrame(before, columns, frame.layout.metrics.length))
    }
    retally()
  }
  const judge = (): void => {
    const now = clock.now()
    link = judgeLink(word, now, resuming)
    if (link.kind === 'live') resuming = false
    tell('link')
    const thisMinute = Math.floor(now / 60_000)
    if (thisMinute === minute) return
    const isNext = thisMinute === minute + 1
    minute = thisMinute
    if (isNext && link.kind === 'live') for (const room of rooms.values()) put(withMinute(room, sparkColumn(room)))
    tell('minute')
  }

  return {
    /** Room order and layout; the age of a snapshot counts like a frame's. */
    applySnapshot(board: Board): void {
      const serverMs = Date.parse(board.serverTime)
      clock.hear(serverMs)
      frame = {
        facility: board.facility,
        layout: board.layout,
        order: board.rooms.map(room => room.id),
        units: unitsOf(board),
      }
      frameSeq = board.frameSeq
      pending = null
      rooms.clear()
      for (const room of board.rooms) put(roomFromSnapshot(room, board, serverMs))
      // One that was heard while the snapshot was on its way may not be in it.
      events = mergeEvents(
        heard.filter(each => clock.now() - each.heardMs < SNAPSHOT_UNDERWAY_MS).map(each => each.event),
        board.events,
      )
      conditions.take(board.conditions, board.alarmSeq)
      word = { serverMs, feedAgeMs: board.feedAgeMs ?? -1 }
      tell('frame')
      tell('events')
      tell('conditions')
      retally()
      judge()
    },
    /** @returns false when the frame belongs to another layout, or knows of conditions that do not come: take a new snapshot. */
    applyFrame(next: Frame): boolean {
      clock.hear(next[1])
      if (!frame) return true
      if (next[3] !== frame.layout.version) return false
      // Held up on the way, or of a server that started again: the later time wins.
      if (word && next[1] < word.serverMs && next[0] <= frameSeq) return true
      frameSeq = next[0]
      word = { serverMs: next[1], feedAgeMs: next[4] }
      if (!pending) onNextPaint(paint)
      pending = next
      judge()
      return conditions.hear(next[2])
    },
    addEvent(event: BoardEventMessage): void {
      const now = clock.now()
      heard = [{ event, heardMs: now }, ...heard.filter(each => now - each.heardMs < SNAPSHOT_UNDERWAY_MS)]
      events = mergeEvents([event], events)
      tell('events')
    },
    /** @returns false when it cannot be placed: take a new snapshot. */
    addCondition(condition: BoardCondition): boolean {
      if (!conditions.add(condition)) return false
      tell('conditions')
      return true
    },
    /** Another facility or another reader: nothing of the last one may be left. */
    clear(): void {
      frame = null
      frameSeq = -1
      word = null
      pending = null
      heard = []
      events = []
      conditions.clear()
      rooms.clear()
      clock.forget()
      for (const topic of [...listeners.keys()]) if (topic.startsWith('room ')) tell(topic)
      tell('frame')
      tell('events')
      tell('conditions')
      retally()
      judge()
    },
    /** Called twice a second. */
    tick: judge,
    /** The computer slept: nothing is judged stopped until a fresh snapshot or this is called with false. */
    setResuming(value: boolean): void {
      resuming = value
      if (value) clock.forget()
      judge()
    },
    subscribe(topic: string, listener: () => void): () => void {
      const set = listeners.get(topic) ?? new Set()
      listeners.set(topic, set.add(listener))
      return () => {
        set.delete(listener)
        if (set.size === 0) listeners.delete(topic)
      }
    },
    frame: (): BoardFrame | null => frame,
    room: (id: string): RoomView | undefined => rooms.get(id),
    tallies: (): Tallies => tallies,
    events: (): readonly BoardEventMessage[] => events,
    conditions: conditions.active,
    link: (): LinkState => link,
    minute: (): number => minute,
  }
}
export type BoardStore = ReturnType<typeof createBoardStore>

/** Each once, by the time it happened: one that arrives late is not the newest. */
function mergeEvents(more: readonly BoardEventMessage[], known: readonly BoardEventMessage[]): BoardEventMessage[] {
  const byKey = new Map([...known, ...more].map(event => [`${event.device} ${event.event} ${event.at}`, event]))
  return [...byKey.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at)).slice(0, MAX_EVENTS)
}

/** The sparkline's metric: the first of the room's columns that holds a number. */
const sparkColumn = (room: RoomView): number => room.values.findIndex(value => typeof value === 'number')

function unitsOf(board: Board): BoardFrame['units'] {
  const names = [...new Set(board.rooms.map(room => room.unit))]
  return names.map(name => {
    const inside = board.rooms.filter(room => room.unit === name)
    return {
      name,
      rooms: inside.map(room => room.id),
      watched: inside.filter(room => room.state !== 'not_installed').length,
    }
  })
}
