/** The nurse call's view: every transition of a condition as it is published and as it is sent again; and whether every event that must raise an alarm has. */
import mqtt from 'mqtt'
import { judgeEvent, replayedMessageSchema, type Transition, transitionSchema } from '../../core/conditions.ts'
import type { MetricName } from '../../core/ids.ts'
import { profiles } from '../../core/profiles/index.ts'
import type { StoredEvent } from '../../core/readings.ts'
import { conditionTopic, facilityTopic } from '../../core/topics.ts'
import { identity } from './aside-files.ts'
import { FACILITY } from './process-config.ts'

export interface AlarmWatch {
  /** Asks the gateway for all transitions from the first on. */
  ask(): void
  /** Whether all numbers up to the newest that was ever seen have been sent again. */
  complete(): boolean
  /** Number of the newest transition that was ever seen. */
  heard(): number
  /** What is wrong with the transitions, given all events in the store. */
  faults(events: readonly StoredEvent[]): string[]
  /** How many alarms events have raised. */
  raised(): number
  stop(): Promise<void>
}

export function watchAlarms(url: string): AlarmWatch {
  /** By number: as first seen, live or sent again. */
  const transitions = new Map<number, string>()
  const again = new Map<number, Transition>()
  const changed = new Set<number>()
  let newest = 0
  const client = mqtt.connect(url, {
    clientId: 'nurse-call',
    username: 'nurse-call',
    password: 'x',
    reconnectPeriod: 150,
  })
  client.on('error', () => undefined)
  client.on('connect', () =>
    client.subscribe(
      [conditionTopic(FACILITY, '+', '+'), facilityTopic(FACILITY, 'condition/replayed')],
      { qos: 1 },
      () => undefined,
    ),
  )
  client.on('message', (topic, payload) => {
    const [, , , , subject = '', code = ''] = topic.split('/')
    if (subject === 'replayed') {
      const message = replayedMessageSchema.parse(JSON.parse(payload.toString()))
      if ('oldest' in message) return
      again.set(message.n, message)
      take(message)
    } else if (code !== '' && payload.length > 0)
      take(transitionSchema.parse({ ...JSON.parse(payload.toString()), subject, code }))
  })

  return {
    ask: () => {
      if (client.connected)
        client.publish(facilityTopic(FACILITY, 'condition/replay'), '{"from":1}', { qos: 1 }, () => undefined)
    },
    complete: () => again.size >= newest,
    heard: () => newest,
    faults,
    raised: () => [...again.values()].filter(({ event }) => event !== null).length,
    stop: () => client.endAsync(true),
  }

  function take(transition: Transition): void {
    const { n } = transition
    newest = Math.max(newest, n)
    const text = JSON.stringify(Object.entries(transition).sort(([a], [b]) => (a < b ? -1 : 1)))
    const known = transitions.get(n)
    if (known === undefined) transitions.set(n, text)
    else if (known !== text) changed.add(n)
  }

  function faults(events: readonly StoredEvent[]): string[] {
    const found: string[] = []
    for (let n = 1; n <= newest; n += 1) if (!again.has(n)) found.push(`condition ${n} of ${newest} is gone`)
    for (const n of changed) found.push(`condition ${n} was given to two transitions`)
    const raised = new Map<string, number>()
    for (const { subject, event, state } of again.values()) {
      if (event === null || state !== 'active') continue
      const id = identity(subject, event.boot, event.seq)
      raised.set(id, (raised.get(id) ?? 0) + 1)
    }
    for (const event of events) {
      const id = identity(event.device, event.boot, event.seq)
      const times = raised.get(id) ?? 0
      const wanted = mustRaise(event) ? 1 : 0
      if (times !== wanted) found.push(`event ${id} has raised ${times} alarms, not ${wanted}`)
    }
    return found
  }
}

/** As the profile says, by device time and the time of arrival that stand in the store. */
function mustRaise({ profile, event, deviceMs, rx, marks }: StoredEvent): boolean {
  const type = profiles.find(({ id }) => id === profile)?.events[event as MetricName]
  return type !== undefined && judgeEvent(type, { atMs: deviceMs, rxMs: rx, marks }) !== null
}
