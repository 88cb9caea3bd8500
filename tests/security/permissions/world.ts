/** What the matrix acts on: things of the facility `sunny` and of the maker `mats`, made anew where a call would use one up. */
import type { PlaceRepositories } from '../../../core/registry-places.ts'
import type { TrialEventContent } from '../../../core/registry-trials.ts'
import { conflict, deadLetter, ledgerRow, playGateway, rejection } from '../../server/fake-gateway.ts'
import { d, f, type Platform, p } from '../../server/platform.ts'

/** Stands in the identity of a resident of `sunny`. */
export const NAME = '櫻井 ゑい子'
/** Stand in what devices sent and was kept aside. */
export const PAYLOADS = { rejection: '9001', conflict: '9002' }
/** Knocks without naming a facility. */
export const STRANGER = 'no-facility-in-this'

export interface World {
  platform: Platform
  /** Where `mat-1` stands. */
  room: string
  /** A user who works in `sunny` alone. */
  nurse: string
  /** Of `mats` at `sunny`, its protocol locked, with one enrolled. */
  trial: string
  /** The same, and at `cloudy` too. */
  shared: string
  request: { draft: string; submitted: string; release: string }
  fresh: Fresh
}
export interface Fresh {
  n(): string
  resident(): Promise<string>
  room(): Promise<string>
  unit(): Promise<string>
  bed(): Promise<string>
  consent(): Promise<string>
  absence(): Promise<string>
  user(facilities?: string[]): Promise<string>
  /** In `sunny` unless told otherwise; stands nowhere. */
  device(facility?: string): Promise<string>
  /** A swap that was just made. */
  swap(): Promise<string>
  trial(locked?: boolean, sites?: string[]): Promise<string>
  enrolment(): Promise<string>
  event(): Promise<string>
  reference(): Promise<string>
  request(state?: 'draft' | 'submitted'): Promise<string>
}

const written = () => ({ by: 'admin', nowMs: Date.now() })
const DAY_MS = 86_400_000
export const DESIGN = {
  title: 'Matrix',
  sponsor: 'mats',
  legal_route: 'real_use_evaluation',
  device_types: ['bed.sleep_mat'],
  sites: ['sunny'],
  from: '2026-01-01',
  to: '2099-12-31',
} as const
export const SCOPE = { facility: f('sunny'), device_types: [p('bed.sleep_mat')], from: '2026-01-01', to: '2026-01-02' }
const IDENTITY = {
  name: NAME,
  kana: null,
  number: null,
  birthDate: '1938-04-01',
  sex: null,
  admittedOn: null,
  diagnosisGroup: null,
}

export async function createWorld(platform: Platform): Promise<World> {
  const fresh = freshOf(platform, () => trial)
  const trial: string = await fresh.trial(true)
  const { registry } = platform
  await fresh.enrolment()
  const nurse = 'a-nurse'
  await registry.users.create(userOf(nurse, ['sunny']))
  const submitted = await fresh.request('submitted')
  const release = 'release-of-the-matrix'
  await registry.releases.create(
    {
      ...{ id: release, request: submitted, maker: 'mats', product: 'P0', createdMs: Date.now(), manifestSha256: 'ab' },
      ...{ keyId: 'K', publicKey: 'RW', published: 1, suppressed: 0, files: [], trial: null },
    },
    [],
  )
  for (const facility of ['sunny', 'cloudy', 'bench-mats', 'bench-lifts']) {
    const device = facility === 'sunny' ? 'mat-1' : facility === 'cloudy' ? 'mat-9' : 'mat-b'
    const at = Date.now() - 2 * DAY_MS
    await playGateway(platform.broker, facility, {
      rows: [ledgerRow(device, at, 50_000)],
      rejections: [rejection(device, at)],
      conflicts: [conflict(device, at)],
      letters: [deadLetter(device, at)],
    })
  }
  return {
    ...{ platform, room: platform.rooms[0] as string, nurse, trial, fresh },
    shared: await fresh.trial(true, ['sunny', 'cloudy']),
    request: { draft: await fresh.request(), submitted, release },
  }
}

const userOf = (user: string, facilities: string[]) => ({
  ...{ user, passwordHash: null, role: 'staff' as const, facilities: facilities.map(f), maker: null },
  ...{ language: 'ja' as const, createdMs: Date.now() },
})

function freshOf({ registry }: Platform, trial: () => string): Fresh {
  let count = 0
  const n = (): string => {
    count += 1
    return String(count)
  }
  const idOf = async (record: Promise<{ id: string }>): Promise<string> => (await record).id
  const sunny = f('sunny')
  const resident = () => idOf(registry.residents.create(sunny, Date.now(), { identity: IDENTITY, by: 'admin' }))
  const room = () => idOf(registry.rooms.create({ facility: sunny, label: `R${n()}`, unit: 'Matrix' }))
  const consentOf = (who: string) =>
    registry.consents.create({
      ...{ facility: sunny, resident: who, purpose: 'trial_participation', fromMs: Date.now() - DAY_MS },
      ...{ recordedMs: Date.now(), recordedBy: 'admin' },
    })
  const device = async (facility = 'sunny') => {
    const id = `fresh-${n()}`
    const known = { facility: f(facility), id: d(id), profile: p('bed.sleep_mat'), maker: 'mats' }
    await registry.devices.enrol({ ...known, activeFromMs: Date.now() - DAY_MS }, Date.now())
    return id
  }
  const eventOf = (): TrialEventContent => ({
    ...{ trial: trial(), facility: sunny, kind: 'device_deficiency', resident: null, device: d('mat-1') },
    ...{ atMs: Date.now(), severity: 'mild', serious: false, relation: 'causal', outcome: 'ongoing' },
    description: 'a strap',
  })
  return {
    n,
    resident,
    room,
    device,
    unit: () => idOf(registry.units.create({ facility: sunny, label: `U${n()}` })),
    bed: async () => bedIn(registry, await room()),
    consent: async () => (await consentOf(await resident())).id,
    async absence() {
      const away = { facility: sunny, resident: await resident(), reason: 'home' as const, toMs: null }
      return idOf(registry.absences.add({ ...away, fromMs: Date.now() - DAY_MS }, written()))
    },
    async user(facilities = ['sunny']) {
      const name = `fresh-${n()}`
      await registry.users.create(userOf(name, facilities))
      return name
    },
    async swap() {
      const [gone, come] = [await device(), await device()]
      const at = { facility: sunny, resident: null, toMs: null, room: await room(), fromMs: Date.now() - DAY_MS }
      await registry.placements.create({ ...at, device: d(gone) })
      const swap = { facility: sunny, gone: d(gone), come: d(come), atMs: Date.now(), by: 'staff' }
      return idOf(registry.swaps.swap(swap))
    },
    async trial(locked = false, sites = ['sunny']) {
      const design = {
        ...{ title: 'Matrix', sponsor: 'mats', legalRoute: 'real_use_evaluation' as const, sites: sites.map(f) },
        ...{ deviceTypes: [p('bed.sleep_mat')], fromDay: '2026-01-01', toDay: '2099-12-31', maker: 'mats' },
      }
      const { id } = await registry.trials.create(design, written())
      await registry.trials.addProtocol(id, { version: '1', sha256: 'a'.repeat(64) }, written())
      if (locked) await registry.trials.lockProtocol(id, '1', written())
      return id
    },
    async enrolment() {
      const who = await resident()
      await consentOf(who)
      const record = { trial: trial(), facility: sunny, resident: who, fromMs: Date.now() }
      return idOf(registry.trials.enrol(record, written()))
    },
    event: () => idOf(registry.trialEvents.add(eventOf(), written())),
    reference: () =>
      idOf(
        registry.references.add(
          {
            ...{ trial: trial(), facility: sunny, device: d('mat-1'), metric: 'heart_rate' as never },
            ...{ atMs: Date.now(), value: 70, unit: '/min', instrument: 'by hand' },
          },
          written(),
        ),
      ),
    async request(state = 'draft') {
      const draft = { purpose: 'evaluation', product: 'P0' as const, scope: SCOPE }
      const { id, version } = await registry.requests.create({
        ...{ ...draft, maker: 'mats', createdBy: 'maker', createdMs: Date.now() },
      })
      if (state === 'submitted') await registry.requests.change(id, version, { state })
      return id
    },
  }
}

const bedIn = async ({ beds }: PlaceRepositories, room: string): Promise<string> =>
  (await beds.create({ facility: f('sunny'), room, label: 'A' })).id
