/** What the gateways say is wrong: the newest transition of every condition, each number once; missed ones are asked for. */
import {
  type ConditionMessage,
  conditionMessageSchema,
  replayedMessageSchema,
  type Transition,
  transitionSchema,
} from '../../core/conditions.ts'
import { gatewayMessageSchema } from '../../core/platform-messages.ts'
import { facilityTopic, parseConditionTopic, parseFacilityTopic, parseReplayTopic } from '../../core/topics.ts'
import { errorFields, type Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Bus, BusMessage } from '../mqtt.ts'
import { parseJson } from './parse-json.ts'

export interface ConditionFeed {
  /** Takes a message of the bus; what is unreadable is counted and dropped. */
  take(message: BusMessage): void
  active(facility: string): Transition[]
  /** Number of the newest transition; 0: none is known. */
  seq(facility: string): number
  /** Called once for each transition, in the order of arrival: one that was missed comes after its followers. */
  onTransition(listener: (facility: string, transition: Transition) => void): void
  stop(): void
}

interface State {
  /** By subject and code; cleared ones too, so that an older transition does not bring them back. */
  newest: Map<string, Transition>
  /** Highest number seen; null: none yet. */
  seq: number | null
  /** Gateway time of the newest transition. */
  atMs: number
  /** Numbers below `seq` that have not come. */
  missing: Set<number>
  /** What the gateway's heartbeat says is its newest. */
  said: number
  asking: { timer: NodeJS.Timeout; dueMs: number } | undefined
  /** How often in a row nothing came of asking. */
  unanswered: number
  /** The last number that was sent again; replays run upwards without holes of their own. */
  replayedTo: number
  /** Until then what the broker had kept is only how things stand, monotonic. */
  openedUntil: number
}

/** What is under way arrives within this time: only then is something missed. */
const SETTLE_MS = 500
const ASK_AGAIN_MS = 5_000
/** More than this is history, not news: the gateway's journal has it. */
const MAX_MISSING = 5_000

export function createConditionFeed(deps: {
  publish: Bus['publish']
  metrics: Pick<Metrics, 'badMessage'>
  log: Log
  settleMs?: number
}): ConditionFeed {
  const { publish, metrics, log, settleMs = SETTLE_MS } = deps
  const states = new Map<string, State>()
  const listeners: ((facility: string, transition: Transition) => void)[] = []

  return {
    take(message) {
      const { topic, payload, retained } = message
      const of = parseConditionTopic(topic)
      const replay = parseReplayTopic(topic)
      if (of) {
        const parsed = parseJson(conditionMessageSchema, payload)
        if (parsed) live(of.facility, transitionOf(parsed, of), retained)
        else metrics.badMessage('condition')
      } else if (replay?.leaf === 'replayed') {
        const parsed = parseJson(replayedMessageSchema, payload)
        if (!parsed) metrics.badMessage('condition')
        else if ('oldest' in parsed) forgetBefore(stateOf(replay.facility), parsed.oldest)
        else replayed(replay.facility, parsed)
      } else {
        const facility = parseFacilityTopic(topic)
        if (facility?.leaf !== 'gateway') return
        const heartbeat = parseJson(gatewayMessageSchema, payload)
        if (heartbeat?.newest_condition) hear(facility.facility, heartbeat.newest_condition)
      }
    },
    active: facility =>
      [...(states.get(facility)?.newest.values() ?? [])]
        .filter(({ state }) => state === 'active')
        .sort((a, b) => a.n - b.n),
    seq: facility => states.get(facility)?.seq ?? 0,
    onTransition(listener) {
      listeners.push(listener)
    },
    stop() {
      for (const { asking } of states.values()) clearTimeout(asking?.timer)
    },
  }

  function stateOf(facility: string): State {
    const known = states.get(facility)
    if (known) return known
    const none: State = {
      newest: new Map(),
      seq: null,
      atMs: 0,
      missing: new Set(),
      said: 0,
      asking: undefined,
      unanswered: 0,
      replayedTo: 0,
      openedUntil: performance.now() + 4 * settleMs,
    }
    states.set(facility, none)
    return none
  }

  function live(facility: string, transition: Transition, retained: boolean): void {
    const state = stateOf(facility)
    const { n, at } = transition
    // The gateway lost its journal with its disk: it counts anew, and knows of nothing that was before.
    if (!retained && state.seq !== null && n <= state.seq && at > state.atMs && !state.missing.has(n)) {
      log.warn({ facility }, 'the gateway numbers its conditions anew')
      Object.assign(state, { newest: new Map(), seq: null, atMs: 0, missing: new Set(), said: 0 })
    }
    // What the broker had kept when we first came has holes between that are nobody's loss.
    const opening = retained && performance.now() < state.openedUntil
    if (!opening && state.seq !== null && n > state.seq + 1) miss(facility, state, state.seq + 1, n - 1)
    accept(facility, transition)
  }

  function accept(facility: string, transition: Transition): void {
    const state = stateOf(facility)
    const { n, at, subject, code } = transition
    const key = `${subject}/${code}`
    const wasMissing = state.missing.delete(n)
    const isNewest = n > (state.newest.get(key)?.n ?? 0)
    if (!wasMissing && !isNewest) return
    state.seq = Math.max(state.seq ?? 0, n)
    state.atMs = Math.max(state.atMs, at)
    state.unanswered = 0
    if (isNewest) state.newest.set(key, transition)
    for (const listener of listeners) listener(facility, transition)
  }

  function replayed(facility: string, transition: Transition): void {
    const state = stateOf(facility)
    // What a replay leaves out is on no disk any more.
    if (state.replayedTo > 0 && transition.n > state.replayedTo)
      for (let n = state.replayedTo + 1; n < transition.n; n += 1) state.missing.delete(n)
    state.replayedTo = transition.n
    accept(facility, transition)
  }

  function miss(facility: string, state: State, from: number, to: number): void {
    for (let n = Math.max(from, to - MAX_MISSING + 1); n <= to; n += 1) state.missing.add(n)
    askLater(facility, state, settleMs)
  }

  /** The last transitions of all leave no hole when they are lost: only the heartbeat shows that. */
  function hear(facility: string, newest: number): void {
    const state = stateOf(facility)
    state.said = newest
    if (newest > (state.seq ?? 0)) askLater(facility, state, settleMs)
  }

  function forgetBefore(state: State, oldest: number): void {
    for (const n of state.missing) if (n < oldest) state.missing.delete(n)
    if (state.seq !== null && state.seq < oldest - 1) state.seq = oldest - 1
  }

  function askLater(facility: string, state: State, waitMs: number): void {
    const dueMs = performance.now() + waitMs
    if (state.asking && state.asking.dueMs <= dueMs) return
    clearTimeout(state.asking?.timer)
    const timer = setTimeout(() => {
      state.asking = undefined
      ask(facility, state)
    }, waitMs)
    state.asking = { timer, dueMs }
  }

  function ask(facility: string, state: State): void {
    const behind = state.said > (state.seq ?? 0)
    const last = state.seq ?? Math.max(0, state.said - MAX_MISSING)
    const from = Math.min(...state.missing, ...(behind ? [last + 1] : []))
    if (!Number.isFinite(from)) return
    publish(facilityTopic(facility, 'condition/replay'), JSON.stringify({ from }), { qos: 1 }).catch((error: unknown) =>
      log.debug({ facility, ...errorFields(error) }, 'missed conditions could not be asked for yet'),
    )
    state.unanswered += 1
    askLater(facility, state, Math.min(ASK_AGAIN_MS * state.unanswered, 12 * ASK_AGAIN_MS))
  }
}

const transitionOf = (message: ConditionMessage, { subject, code }: { subject: string; code: string }): Transition =>
  transitionSchema.parse({ ...message, subject, code })
