/** Publishes durable transitions on their retained topics, in order, until the broker has acknowledged each. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Transition } from '../../core/conditions.ts'
import { conditionTopic } from '../../core/topics.ts'
import type { GatewayBus } from '../bus.ts'
import { errorFields, type Log } from '../log.ts'

export interface Publisher {
  /** Everything up to `n` has been acknowledged by an earlier process. */
  begin(facility: string, n: number): void
  add(facility: string, transitions: readonly Transition[]): void
  /** Everything up to this number has been acknowledged. */
  published(facility: string): number
  /**
   * The broker may have forgotten: the newest of each topic is published again, under its number. `lately`: what it acknowledged in the last
   * ten minutes; `all`: every condition that is active, too.
   */
  again(facility: string, what: 'lately' | 'all'): void
  stop(): Promise<void>
}

export interface PublisherDeps {
  bus: Pick<GatewayBus, 'publish'>
  /** Active conditions of a facility. */
  active(facility: string): Iterable<Transition>
  onPublished(facility: string): void
  clock(): number
  log: Log
}

const IN_FLIGHT = 64
const RETRY_MS = 500
/** A broker that was killed may have lost what it acknowledged this short before: ours writes every five minutes. */
const FORGOTTEN_MS = 600_000

interface Lane {
  queue: Transition[]
  published: number
  /** Acknowledged lately; the newest of each topic. */
  lately: Map<string, { transition: Transition; atMs: number }>
  again: 'lately' | 'all' | null
  running: Promise<void> | null
}

export function createPublisher({ bus, active, onPublished, clock, log }: PublisherDeps): Publisher {
  const lanes = new Map<string, Lane>()
  const stopping = new AbortController()

  return {
    begin(facility, n) {
      laneOf(facility).published = n
    },
    add(facility, transitions) {
      laneOf(facility).queue.push(...transitions)
      go(facility)
    },
    published: facility => laneOf(facility).published,
    again(facility, what) {
      const lane = laneOf(facility)
      if (lane.again !== 'all') lane.again = what
      go(facility)
    },
    async stop() {
      stopping.abort()
      await Promise.race([
        Promise.all([...lanes.values()].map(lane => lane.running)),
        sleep(1_000, null, { ref: false }),
      ])
    },
  }

  function laneOf(facility: string): Lane {
    const lane = lanes.get(facility) ?? { queue: [], published: 0, lately: new Map(), again: null, running: null }
    lanes.set(facility, lane)
    return lane
  }

  function go(facility: string): void {
    const lane = laneOf(facility)
    lane.running ??= run(facility, lane).finally(() => {
      lane.running = null
      if (!stopping.signal.aborted && (lane.queue.length > 0 || lane.again !== null)) go(facility)
    })
  }

  async function run(facility: string, lane: Lane): Promise<void> {
    while ((lane.queue.length > 0 || lane.again !== null) && !stopping.signal.aborted) {
      const done = lane.again !== null ? await sendAgain(facility, lane) : await sendNext(facility, lane)
      if (!done) await sleep(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  async function sendNext(facility: string, lane: Lane): Promise<boolean> {
    const batch = lane.queue.slice(0, IN_FLIGHT)
    const acknowledged = await send(facility, batch)
    const last = batch[acknowledged - 1]
    if (last) {
      lane.queue.splice(0, acknowledged)
      lane.published = last.n
      noteLately(lane, batch.slice(0, acknowledged))
      onPublished(facility)
    }
    return acknowledged === batch.length
  }

  async function sendAgain(facility: string, lane: Lane): Promise<boolean> {
    const what = lane.again
    lane.again = null
    const newest = new Map([...lane.lately].map(([key, { transition }]) => [key, transition]))
    // What is not yet acknowledged comes by itself, in its order.
    for (const transition of what === 'all' ? active(facility) : [])
      if (transition.n <= lane.published) newest.set(keyOf(transition), transition)
    const all = [...newest.values()].sort((a, b) => a.n - b.n)
    for (let i = 0; i < all.length; i += IN_FLIGHT) {
      const batch = all.slice(i, i + IN_FLIGHT)
      if ((await send(facility, batch)) === batch.length) continue
      lane.again = lane.again === 'all' ? 'all' : what
      return false
    }
    return true
  }

  /** @returns how many of them, from the first on, the broker has acknowledged */
  async function send(facility: string, batch: readonly Transition[]): Promise<number> {
    const outcomes = await Promise.allSettled(
      batch.map(({ subject, code, ...message }) =>
        bus.publish(conditionTopic(facility, subject, code), JSON.stringify(message), { qos: 1, retain: true }),
      ),
    )
    const failed = outcomes.findIndex(outcome => outcome.status === 'rejected')
    if (failed < 0) return batch.length
    const { reason } = outcomes[failed] as PromiseRejectedResult
    log.debug({ facility, ...errorFields(reason) }, 'a condition waits for the broker')
    return failed
  }

  function noteLately(lane: Lane, transitions: readonly Transition[]): void {
    const atMs = clock()
    for (const transition of transitions) {
      lane.lately.delete(keyOf(transition))
      lane.lately.set(keyOf(transition), { transition, atMs })
    }
    for (const [key, { atMs: then }] of lane.lately) {
      if (atMs - then <= FORGOTTEN_MS) break
      lane.lately.delete(key)
    }
  }
}

const keyOf = ({ subject, code }: Transition): string => `${subject}/${code}`
