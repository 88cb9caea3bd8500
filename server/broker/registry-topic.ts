/** Keeps each facility's retained registry topic equal to the registry, so that gateways work from it without asking anyone. */

import { AppError } from '../../core/errors.ts'
import type { FacilityRecord, Registry } from '../../core/registry.ts'
import { facilityTopic } from '../../core/topics.ts'
import { errorFields, type Log } from '../log.ts'
import { buildRegistryMessage } from './registry-message.ts'

export interface RegistryPublisher {
  /** Publishes every facility once, then watches; resolves after the first round, whose failures are tried again. */
  start(): Promise<void>
  /** Publishes one facility now; throws when there is no such facility or the broker does not take it. */
  publishNow(facility: string): Promise<void>
  /** Publishes every facility again in the next round: for a broker that may have lost what it kept. */
  publishAgain(): void
  stop(): Promise<void>
}

export interface RegistryPublisherDeps {
  registry: Registry
  /** Resolves when the broker has it. */
  publish(topic: string, payload: string, options: { qos: 1; retain: true }): Promise<void>
  /** Epoch ms. */
  clock: () => number
  log: Pick<Log, 'warn'>
  pollMs?: number
}

/** What was last published of a facility. */
interface Published {
  registryVersion: number
  changesMs: number
}

export function createRegistryPublisher(deps: RegistryPublisherDeps): RegistryPublisher {
  const { registry, publish, clock, log, pollMs = 1_000 } = deps
  const published = new Map<string, Published>()
  let timer: NodeJS.Timeout | undefined
  let round: Promise<void> = Promise.resolve()
  let failing = false
  let stopped = false

  const publishFacility = async (facility: FacilityRecord): Promise<void> => {
    const { message, registryVersion, changesMs } = await buildRegistryMessage(registry, facility, clock())
    await publish(facilityTopic(facility.id, 'registry'), JSON.stringify(message), { qos: 1, retain: true })
    published.set(facility.id, { registryVersion, changesMs })
  }

  const publishWhatChanged = async (): Promise<void> => {
    for (const facility of await registry.facilities.list()) {
      const last = published.get(facility.id)
      const current =
        last && last.changesMs > clock() && last.registryVersion === (await registry.registryVersion(facility.id))
      if (!current && !stopped) await publishFacility(facility)
    }
  }

  /** One warning for a row of failed rounds: the next round tries again. */
  const watch = async (): Promise<void> => {
    try {
      await publishWhatChanged()
      failing = false
    } catch (error) {
      if (!failing)
        log.warn(errorFields(error), 'registry could not be handed to the gateways, trying again every second')
      failing = true
    }
    if (!stopped) timer = setTimeout(() => (round = watch()), pollMs)
  }

  return {
    start: () => (round = watch()),
    async publishNow(id) {
      const facility = await registry.facilities.get(id)
      if (!facility) throw new AppError('not_found', 'there is no such facility')
      await publishFacility(facility)
    },
    publishAgain: () => published.clear(),
    async stop() {
      stopped = true
      clearTimeout(timer)
      await round
    },
  }
}
