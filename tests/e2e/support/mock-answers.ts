/** What the mock server answers to each route of the contract, per role. */
import { profiles } from '../../../core/profiles/index.ts'
import type { DatasetRequest } from '../../../core/rest/datasets.ts'
import type { Device } from '../../../core/rest/devices.ts'
import type { Me } from '../../../core/rest/session.ts'
import { makeEntries, makeVerification } from './audit.ts'
import { makeDataset, makeRequests } from './datasets.ts'
import { type LedgerScene, makeConflicts, makeDeadLetters, makeLedger, makeRefusals, makeRejection } from './ledger.ts'
import { SESSIONS, TOKENS, USERS } from './people.ts'
import { makeDevices, makeEvents, sceneNow, ZONE } from './scene.ts'
import { makeReadings } from './series.ts'

export interface Reply {
  status: number
  body?: unknown
  headers?: Record<string, string>
}
const ok = (body: unknown): Reply => ({ status: 200, body })
const page = (items: readonly unknown[]): Reply => ok({ items, next: null })
const notFound: Reply = {
  status: 404,
  body: {
    type: 'urn:mimamori:problem:not_found',
    title: 'not_found',
    status: 404,
    code: 'not_found',
    correlation_id: 'c0ffee-404',
  },
}

export function createAnswers({ board, ledger }: { board: () => Reply; ledger: LedgerState }) {
  let requests: DatasetRequest[] = makeRequests()
  const put = (request: DatasetRequest): Reply => {
    requests = requests.some(each => each.id === request.id)
      ? requests.map(each => (each.id === request.id ? request : each))
      : [request, ...requests]
    return ok(request)
  }
  return (method: string, url: URL, me: Me, body: unknown): Reply => {
    const parts = url.pathname.replace('/api/v1/', '').split('/')
    const query = url.searchParams
    const [first, id, third] = parts as [string, string | undefined, string | undefined]
    if (first === 'me') return id === 'sessions' ? page([...SESSIONS]) : id === 'tokens' ? page([...TOKENS]) : ok(me)
    if (first === 'users') return page([...USERS])
    if (first === 'facilities')
      return third === 'board'
        ? board()
        : page([{ id: 'demo', name: 'みなと苑', zone: ZONE, bench_of: null, prefecture: null }])
    // A house of which the registry knows no more than its rooms' devices.
    if (['rooms', 'beds', 'residents', 'resident-identities', 'placements', 'trials'].includes(first)) return page([])
    if (first === 'device-types') return page(profiles)
    if (first === 'devices') return devices(me, id, third, query)
    if (['ledger', 'rejections', 'conflicts', 'dead-letters'].includes(first)) return kept(me, parts, query, ledger)
    if (first === 'dataset-requests') {
      const known = requests.find(each => each.id === id)
      if (method === 'GET')
        return id === undefined
          ? page(requests.filter(each => me.role === 'manufacturer' || each.state !== 'draft'))
          : known
            ? ok(known)
            : notFound
      return command(known, third, me, body as Record<string, string>, put)
    }
    if (first === 'audit')
      return id === 'verify'
        ? ok(makeVerification(query.get('checkpoint')))
        : page(makeEntries().filter(entry => !query.get('actor') || entry.actor.id === query.get('actor')))
    if (first === 'datasets' && id) return ok(makeDataset(id))
    return notFound
  }
}

/** What of the ledger a test can change. */
export interface LedgerState {
  scene: LedgerScene
  /** The gateway answers no question. */
  isAway: boolean
  /** Dead letters were given to the store again. */
  isReplayed: boolean
}

function kept(me: Me, [first, second]: string[], query: URLSearchParams, state: LedgerState): Reply {
  if (state.isAway)
    return {
      status: 503,
      body: {
        ...(notFound.body as object),
        title: 'unavailable',
        status: 503,
        code: 'unavailable',
        correlation_id: 'c0ffee-503',
      },
    }
  const now = sceneNow()
  const { scene } = state
  if (first === 'ledger') {
    const whole = makeLedger(makeDevices(now), me, scene, now)
    const { gateway: _, ...rest } = whole
    return second === 'devices' ? ok(whole) : ok({ ...rest, items: [], next: null })
  }
  if (second === 'counts') return ok(makeRefusals(me, scene, now))
  if (first === 'rejections')
    return page([makeRejection(me, query.get('device') ?? '', query.get('reason') ?? '', now)])
  if (first === 'conflicts') return page(makeConflicts(me, scene, now))
  const letters = makeDeadLetters(scene, now)
  if (second !== 'replay')
    return page(letters.map(each => (state.isReplayed && each.id !== 'd3' ? { ...each, replayed_at: each.at } : each)))
  state.isReplayed = true
  return ok({ replayed: 2, still_dead: 1 })
}

function devices(me: Me, id: string | undefined, third: string | undefined, query: URLSearchParams): Reply {
  const all = makeDevices(sceneNow()).map(device => (me.role === 'manufacturer' ? asMakerSees(device) : device))
  if (id === undefined) return page(all)
  const device = all.find(each => each.id === id)
  if (!device) return notFound
  if (third === undefined)
    return ok(
      me.role === 'manufacturer'
        ? device
        : { ...device, newest: device.heard === null ? {} : newest(device.profile, device.freshness, device.heard) },
    )
  if (third === 'firmware') return ok({ items: [{ firmware: device.fw ?? '1.4.2', seen: device.active_from }] })
  if (third === 'calibrations') return ok({ items: [] })
  if (third === 'events') {
    const events = makeEvents(sceneNow()).filter(event => event.device === id)
    return page(
      events.map((event, seq) => ({
        at: event.at,
        received_at: event.at,
        boot: 'b1',
        seq,
        event: event.event,
        attributes: {},
        marks: event.late ? ['late'] : [],
      })),
    )
  }
  if (third === 'readings.csv')
    return { status: 200, body: 'device_time,gateway_time,boot,seq,metric,value,unit,marks\n' }
  return ok(
    makeReadings(
      device.profile,
      query.get('metric') ?? '',
      Date.parse(query.get('from') ?? ''),
      Date.parse(query.get('to') ?? ''),
      Number(query.get('points') ?? 480),
    ),
  )
}

/** No room, no moment. */
const asMakerSees = (device: Device): Device => ({
  ...device,
  room: null,
  rssi: null,
  heard: device.heard && `${device.heard.slice(0, 10)}T00:00:00.000+09:00`,
})

function newest(profile: string, freshness: string, heard: string): Record<string, unknown> {
  const value = (number: number | string, unit: string | null) => ({
    value: number,
    unit,
    measured_at: heard,
    freshness,
  })
  if (profile === 'room.door_motion')
    return { motion: value(3, '{count}/min'), motion_detected: { ...value(1, null), freshness: 'on_demand' } }
  return {
    heart_rate: value(58, '/min'),
    resp_rate: value(14, '/min'),
    activity: value(3, '{count}/min'),
    bed_state: { ...value('out_of_bed', null), freshness: 'on_demand' },
    signal_quality: value(92, '%'),
  }
}

function command(
  known: DatasetRequest | undefined,
  action: string | undefined,
  me: Me,
  body: Record<string, string>,
  put: (request: DatasetRequest) => Reply,
): Reply {
  const at = new Date(sceneNow()).toISOString()
  if (!known) {
    const made = {
      ...makeRequests()[0],
      id: `DR-2026-0${15 + Math.floor(Math.random() * 80)}`,
      created: at,
      ...body,
      reviews: [],
      state: 'draft',
      turn: 'maker',
    } as DatasetRequest
    return { ...put(made), status: 201 }
  }
  const review = (decision: 'approve' | 'return' | 'reject') => [
    ...known.reviews,
    { by: me.user, decision, reason: body.reason ?? null, at },
  ]
  if (action === undefined) return put({ ...known, ...(body as unknown as Partial<DatasetRequest>) })
  if (action === 'submit') return put({ ...known, state: 'submitted', turn: 'steward' })
  if (action === 'withdraw') return put({ ...known, state: 'withdrawn', turn: 'nobody' })
  if (action === 'return') return put({ ...known, state: 'returned', turn: 'maker', reviews: review('return') })
  if (body.decision === 'reject') return put({ ...known, state: 'rejected', turn: 'nobody', reviews: review('reject') })
  const reviews = review('approve')
  const isDone = reviews.filter(each => each.decision === 'approve').length >= 2
  return put({ ...known, reviews, state: isDone ? 'approved' : 'submitted', turn: isDone ? 'platform' : 'steward' })
}
