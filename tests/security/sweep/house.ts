/** The whole platform in one process, with a house in which a maker's devices stand, and what happens there, to be looked for afterwards. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt, { type MqttClient } from 'mqtt'
import type { ClearCredential } from '../../../core/credentials.ts'
import type { DeviceId, FacilityId, ProfileId } from '../../../core/ids.ts'
import type { Role } from '../../../core/rest/route.ts'
import { deviceTopic } from '../../../core/topics.ts'
import type { Authority } from '../../../server/auth/authority.ts'
import { createPasswords } from '../../../server/auth/password.ts'
import { signIn } from '../../app/support/api.ts'
import { until } from '../../app/support/until.ts'
import type { Planted } from './needles.ts'
import { type StartPlatform, startEmbedded } from './platforms.ts'

export const HOUSE = 'kaede-house' as FacilityId
export const BENCH = 'bench-acme' as FacilityId
export const DEVICE = 'mat-77' as DeviceId
const PROFILE = 'bed.sleep_mat' as ProfileId
const PASSWORD = 'a passphrase of this test'
const DAY_MS = 86_400_000

const NAME = '櫻田 千鶴子'
const KANA = 'サクラダ チヅコ'
/** A number that no count, time or size here has. */
const VALUE = 143.21875
const REFUSED_VALUE = 987.65625
const CONFLICTING_VALUE = 121.40625
const NOTE = 'kanaria-in-the-payload'

export interface House {
  url: string
  mqttPort: number
  /** What the gateway counts, where it is told over HTTP. */
  gatewayFigures(): Promise<string>
  /** An account at the broker that hears everything; null where there is none. */
  all: { username: string; password: string } | null
  cookies: { maker: string; admin: string }
  token: string
  bench: ClearCredential
  ids: { resident: string; room: string; trial: string; event: string; request: string }
  /** Readings, an event, a refusal, a conflict, garbage: all of it has reached the store or was kept aside when it resolves. */
  live(): Promise<Planted>
  stop(): Promise<void>
}

export async function startHouse(authority: Authority, startPlatform: StartPlatform = startEmbedded): Promise<House> {
  const dataDir = await mkdtemp(join(tmpdir(), 'mimamori-sweep-'))
  const platform = await startPlatform({ dataDir, authority, facilities: [HOUSE, BENCH] })
  const { registry } = platform
  const nowMs = Date.now()
  // Nothing that was made for the test is from today: times of today are of what happens in the house.
  const beforeMs = nowMs - 2 * DAY_MS
  const written = { by: 'admin', nowMs: beforeMs }
  const passwordHash = await createPasswords().hash(PASSWORD)
  const people: [string, Role, FacilityId[], string | null][] = [
    ['platform', 'platform_admin', [], null],
    ['admin', 'facility_admin', [HOUSE], null],
    ['maker', 'manufacturer', [], 'acme'],
  ]
  const enter = async ([user, role, facilities, maker]: (typeof people)[number]) => {
    await registry.users.create({ user, passwordHash, role, facilities, maker, language: 'ko', createdMs: nowMs })
    return signIn(platform.url, user, PASSWORD)
  }
  const owner = await enter(people[0] as (typeof people)[number])
  // Through the server, which gives the broker its roles for a facility.
  await owner.post('/facilities', { id: HOUSE, name: 'Kaede', zone: 'Asia/Tokyo' })
  await owner.post('/facilities', { id: BENCH, name: 'Bench', zone: 'Asia/Seoul', bench_of: 'acme' })
  const [admin, maker] = await Promise.all(people.slice(1).map(enter))
  if (!admin || !maker) throw new Error('nobody is signed in')
  const cookieOf = async (user: string): Promise<string> => {
    const answer = await fetch(`${platform.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user, password: PASSWORD }),
    })
    return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  }
  const activeFrom = new Date(nowMs - 9 * DAY_MS).toISOString()
  const enrol = async (facility: string, id: string): Promise<ClearCredential> => {
    const device = { facility, id, profile: PROFILE, maker: 'acme', active_from: activeFrom }
    const { body } = await owner.post<{ client_id: string; username: string; password: string }>('/devices', device)
    return { clientId: body.client_id, username: body.username, password: body.password }
  }
  const credential = await enrol(HOUSE, DEVICE)
  const bench = await enrol(BENCH, 'mat-on-bench')
  const { id: room } = await registry.rooms.create({ facility: HOUSE, label: 'Room of this test', unit: 'East' })
  const identity = {
    ...{ name: NAME, kana: KANA, number: null, birthDate: '1931-02-03', sex: null },
    ...{ admittedOn: null, diagnosisGroup: null },
  }
  const { id: resident } = await registry.residents.create(HOUSE, nowMs, { identity, by: 'admin' })
  await registry.placements.create({
    ...{ facility: HOUSE, device: DEVICE, room, resident, fromMs: nowMs - 8 * DAY_MS, toMs: null },
  })
  const { id: trial } = await registry.trials.create(
    {
      ...{ title: 'Sweep', sponsor: 'acme', legalRoute: 'real_use_evaluation', deviceTypes: [PROFILE], sites: [HOUSE] },
      ...{ fromDay: '2026-01-01', toDay: '2027-12-31', maker: 'acme' },
    },
    written,
  )
  const eventMs = nowMs - 5 * 3_600_000
  const { id: event } = await registry.trialEvents.add(
    {
      ...{ trial, facility: HOUSE, kind: 'adverse_event', resident, device: DEVICE, atMs: eventMs, severity: 'severe' },
      ...{ serious: true, relation: 'possible', outcome: 'recovered', description: `${NOTE} of an adverse event` },
    },
    written,
  )
  await registry.references.add(
    {
      ...{ trial, facility: HOUSE, device: DEVICE, metric: 'heart_rate' as never, atMs: eventMs, value: VALUE },
      ...{ unit: '/min', instrument: 'by hand' },
    },
    written,
  )
  const scope = { facility: HOUSE, device_types: [PROFILE], from: '2026-01-01', to: '2026-12-31' }
  const { id: request } = await registry.requests.create({
    ...{ maker: 'acme', createdBy: 'maker', createdMs: beforeMs, purpose: 'sweep', product: 'P0', scope },
  })
  const scopes = ['devices:read', 'readings:read', 'ledger:read', 'datasets:read', 'trials:read', 'devices:enrol']
  const made = await maker.post<{ token: string }>('/me/tokens', { name: 'script', scopes, days: 1 })

  let device: MqttClient | undefined
  let seq = 0
  return {
    url: platform.url,
    mqttPort: platform.mqttPort,
    gatewayFigures: platform.gatewayFigures,
    all: platform.all,
    cookies: { maker: await cookieOf('maker'), admin: await cookieOf('admin') },
    token: made.body.token,
    bench,
    ids: { resident, room, trial, event, request },
    async live() {
      device ??= await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, { ...credential, protocolVersion: 4 })
      const fromMs = Date.now()
      const ts = new Date(fromMs - 7 * 60_000 - seq).toISOString()
      const common = { v: 1, boot: 'sweep', ts }
      const send = (channel: 'telemetry' | 'event' | 'status', message: unknown) =>
        device?.publishAsync(deviceTopic(HOUSE, DEVICE, channel), JSON.stringify(message), { qos: 1 })
      const reading = {
        ...common,
        ts: new Date().toISOString(),
        seq: seq++,
        metrics: { heart_rate: VALUE, bed_state: 'asleep' },
        fw: '7.7.7',
        battery: 61,
        rssi: -61,
      }
      await send('status', { v: 1, ts: new Date().toISOString(), state: 'online', fw: '7.7.7', battery: 61 })
      await send('telemetry', reading)
      await send('telemetry', { ...reading, metrics: { heart_rate: CONFLICTING_VALUE } })
      await send('event', { ...common, seq: seq++, event: 'bed_exit', attributes: {} })
      await send('telemetry', { ...common, seq: seq++, metrics: { heart_rate: REFUSED_VALUE } })
      await send('telemetry', { ...common, seq: seq++, metrics: { heart_rate: 60 }, note: NOTE })
      await until('its value is on the device page', async () => {
        const { body } = await admin.get<{ newest?: Record<string, unknown> }>(`/devices/${DEVICE}`)
        return body.newest?.heart_rate
      })
      await until('its event is stored', async () => {
        const { body } = await admin.get<{ items: unknown[] }>(`/devices/${DEVICE}/events`)
        return body.items.length > 0
      })
      await until('its refusals are kept', async () => {
        const { body } = await admin.get<{ items: unknown[] }>(`/rejections?facility=${HOUSE}`)
        return body.items.length >= 2
      })
      return {
        numbers: [VALUE, REFUSED_VALUE, CONFLICTING_VALUE],
        texts: [NAME, KANA, NOTE, 'Room of this test', resident, room],
        times: [Date.parse(ts), eventMs],
        arrived: [fromMs, Date.now()],
      }
    },
    async stop() {
      await device?.endAsync()
      await platform.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
