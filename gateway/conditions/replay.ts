/** Sends transitions again to a server that missed some: on a topic of their own, never on the retained ones. */
import { replayRequestSchema } from '../../core/conditions.ts'
import { facilityTopic, parseReplayTopic } from '../../core/topics.ts'
import type { BusMessage, GatewayBus } from '../bus.ts'
import { errorFields, type Log } from '../log.ts'
import type { Journal } from './journal.ts'

export interface Replay {
  /** Listens for requests about a facility; `+` for all. */
  listen(facility: string): Promise<void>
  stop(): Promise<void>
}

const IN_FLIGHT = 64

export function createReplay(deps: {
  bus: GatewayBus
  journal: Pick<Journal, 'oldest' | 'read'>
  /** Whether there is anything to answer with. */
  knows(facility: string): boolean
  log: Log
}): Replay {
  const { bus, journal, log } = deps
  /** The `from` that is still to be answered, of each facility that asked. */
  const wanted = new Map<string, number>()
  let running: Promise<void> | null = null
  let stopped = false

  return {
    listen: facility => bus.subscribe(facilityTopic(facility, 'condition/replay'), take),
    async stop() {
      stopped = true
      await running
    },
  }

  function take({ topic, payload }: BusMessage): void {
    const facility = parseReplayTopic(topic)?.facility
    const request = replayRequestSchema.safeParse(jsonOf(payload))
    if (facility === undefined || !request.success || !deps.knows(facility)) return
    // Several servers that miss the same get it once.
    wanted.set(facility, Math.min(request.data.from, wanted.get(facility) ?? request.data.from))
    running ??= answerAll().finally(() => {
      running = null
    })
  }

  async function answerAll(): Promise<void> {
    for (let next = first(); next && !stopped; next = first()) {
      const [facility, from] = next
      wanted.delete(facility)
      try {
        await answer(facility, from)
      } catch (error) {
        // Whoever asked misses it still, and asks again.
        log.warn({ facility, ...errorFields(error) }, 'conditions could not be sent again')
      }
    }
  }

  function first(): [string, number] | undefined {
    return wanted.entries().next().value
  }

  async function answer(facility: string, from: number): Promise<void> {
    const topic = facilityTopic(facility, 'condition/replayed')
    const send = (message: object): Promise<void> => bus.publish(topic, JSON.stringify(message), { qos: 1 })
    const oldest = journal.oldest(facility)
    if (from < oldest) return send({ oldest })
    let inFlight: Promise<void>[] = []
    for await (const transition of journal.read(facility, from)) {
      if (stopped) break
      inFlight.push(send(transition))
      if (inFlight.length < IN_FLIGHT) continue
      await Promise.all(inFlight)
      inFlight = []
    }
    await Promise.all(inFlight)
  }
}

function jsonOf(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString())
  } catch {
    return null
  }
}
