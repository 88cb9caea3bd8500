/** Asks and hears all that a maker could, by any route and on any topic, and tells what of a house stands in it. */
import mqtt from 'mqtt'
import type { RouteName } from '../../../core/rest.ts'
import { everyGet } from './calls.ts'
import { BENCH, DEVICE, HOUSE, type House } from './house.ts'
import { createDetector, type Planted } from './needles.ts'

/** Nobody who makes devices sits at the server. */
const ELSEWHERE = { 'x-forwarded-for': '192.0.2.7' }
/** Answers with times of the caller's own doing. */
export const OWN_TIMES = /\/(me\b|session|devices\/mat-on-bench\/credentials|audit)|facility=bench-acme/
const ROOTS = ['/metrics', '/healthz', '/readyz', '/api/v1/openapi.json', '/api/docs', '/api/v1/no-such-route', '/']
const DAY_MS = 86_400_000

/** @param startMs when the test began: from and to of what is asked */
function callsOf({ ids }: House, startMs: number) {
  const at = (ms: number) => new Date(ms).toISOString()
  return everyGet({
    ids: {
      facilities: [HOUSE, BENCH, 'no-house'],
      devices: [DEVICE, 'mat-on-bench', 'none'],
      residents: [ids.resident],
      trials: [ids.trial],
      'trial-events': [ids.event],
      'dataset-requests': [ids.request],
      datasets: [ids.request],
    },
    named: {
      ...{ facility: [HOUSE, BENCH, 'no-house'], device: [DEVICE], metric: ['heart_rate', 'bed_state'] },
      ...{ user: ['maker', 'admin'], seq: ['0', '1'], name: ['a.zip'], limit: ['500'], points: ['2000'] },
      ...{ from: [at(startMs - 6 * DAY_MS)], to: [at(startMs + DAY_MS)], resident: [ids.resident], actor: ['admin'] },
      ...{ action: ['view.resident'], expires: ['1'], token: ['x'], after: ['0'], subject: [ids.resident] },
    },
  })
}

/** Every answer to somebody, by the address that was asked. */
export async function askAll(
  house: House,
  startMs: number,
  authorization: Record<string, string>,
  isAsked: (name: RouteName) => boolean = () => true,
): Promise<Map<string, string>> {
  const answers = new Map<string, string>()
  const asked = callsOf(house, startMs).filter(({ name }) => isAsked(name))
  for (const path of [...asked.map(call => call.path), ...ROOTS]) {
    const headers = { ...authorization, ...ELSEWHERE }
    const response = await fetch(house.url + path, { headers, redirect: 'manual' })
    if (response.status === 429) throw new Error('held back: the sweep would see nothing')
    const told = [...response.headers].filter(([name]) => !/^(date|etag|x-correlation-id)$/.test(name))
    const text = (await response.text()).replace(/"correlation_id":"[^"]*"/, '')
    answers.set(path, `${response.status} ${JSON.stringify(told)} ${text}`)
  }
  return answers
}

/** What of the house stands in answers. */
export function leaksIn(answers: ReadonlyMap<string, string>, planted: Planted): string[] {
  const detect = createDetector(planted)
  return [...answers].flatMap(([path, text]) =>
    detect(text, !OWN_TIMES.test(path) && !ROOTS.includes(path)).map(leak => `${path}: ${leak}`),
  )
}

/** Filters that somebody would try who wants to hear the house. */
function filtersOf(): string[] {
  const leaves = ['live', 'registry', 'gateway', 'query', 'answer', 'condition/#', 'condition/replayed']
  const own = ['telemetry', 'event', 'status', 'rejected', 'receipt']
  return [
    ...[
      '#',
      '+/#',
      'mimamori/#',
      `mimamori/v1/${HOUSE}/#`,
      `mimamori/v1/+/${DEVICE}/+`,
      '$SYS/#',
      '$share/x/mimamori/#',
    ],
    ...leaves.map(leaf => `mimamori/v1/${HOUSE}/${leaf}`),
    ...own.map(leaf => `mimamori/v1/${HOUSE}/${DEVICE}/${leaf}`),
  ]
}

/**
 * Subscribes one filter after the other, what is kept included, and all at once while `live` goes on.
 * @returns every message as topic and text
 */
export async function hear(
  house: House,
  account: { clientId?: string; username: string; password: string },
  live: () => Promise<unknown>,
): Promise<string[]> {
  const heard: string[] = []
  const connect = async () => {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${house.mqttPort}`, {
      ...{ ...account, protocolVersion: 4, reconnectPeriod: 0 },
    })
    client.on('message', (topic, payload) => void heard.push(`${topic} ${payload}`))
    return client
  }
  for (const filter of filtersOf()) {
    const client = await connect()
    await client.subscribeAsync(filter, { qos: 1 }).catch(() => undefined)
    if (filter === '#') await live()
    await client.endAsync(true)
  }
  const client = await connect()
  for (const filter of filtersOf()) await client.subscribeAsync(filter, { qos: 1 }).catch(() => undefined)
  if (client.connected) await live()
  await client.endAsync(true)
  return heard
}
