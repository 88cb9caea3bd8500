/** Simulates a trial whose truth is known: writes its job folder, a second one for people who were held out, and tells who is who. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { profileById } from '../../core/profiles/index.ts'
import { TRIAL_FILE, type TrialInput, trialInputSchema } from '../../server/export/trial/input.ts'
import { opaqueId } from './chance.ts'
import { fallRadar } from './fall-radar.ts'
import { deviceOf, type SimDevice } from './fleet.ts'
import { type CommonEvent, commonEventsOf, courseOf, startOf } from './happenings.ts'
import { minutesOf } from './minutes.ts'
import { DAY_MINUTES, DAY_MS, HOUR_MS, MINUTE_MS, TRIAL_DEFAULTS, type TrialOptions, ZONE } from './options.ts'
import { beginsAt, type Person, peopleOf, type Site, sitesOf } from './people.ts'
import { type Life, matRows, motionRows, radarRows, spotRows } from './sensors.ts'
import { trainingOf } from './training.ts'
import { type SpokenDevice, writeExtracts } from './write.ts'

export interface TrialTruth {
  options: TrialOptions
  /** Local midnight of the first day, epoch ms. */
  startMs: number
  people: { subject: string; name: string; heldOut: boolean; falls: number }[]
  common: CommonEvent[]
  readings: number
  events: number
}

/** Everyone's own devices, in the order in which they are installed. */
const OWN = [
  { profile: 'bed.sleep_mat', speak: matRows },
  { profile: 'room.door_motion', speak: motionRows },
  { profile: 'room.fall_radar', speak: radarRows },
  { profile: 'vital.spot_set', speak: spotRows },
] as const
const WALKER = 'mobility.walk_trainer'
const WALKERS_PER_SITE = 2

/**
 * @param folders `trial` gets the job folder of the participants; `control` that of the people held out, in the same form
 * @param changes what else trial.json shall say, for example earlier releases
 */
export async function simulateTrial(
  folders: { trial: string; control?: string },
  given: Partial<TrialOptions> = {},
  changes: Partial<TrialInput> = {},
): Promise<TrialTruth> {
  const options = { ...TRIAL_DEFAULTS, ...given }
  const sites = sitesOf(options)
  const people = peopleOf(options, sites)
  const startMs = startOf(options)
  const common = commonEventsOf(options, startMs, sites)
  const endMs = startMs + (options.weeks * 7 + 13) * DAY_MS
  const lives = people.map((person): Life => {
    const course = courseOf(options, person, startMs)
    const minutes = minutesOf(options, person, course, common, startMs)
    return { options, person, course, minutes, firstMs: beginsAt(person, startMs), startMs }
  })
  let number = 0
  const device = (facility: string, profile: string): SimDevice =>
    deviceOf(options, number++, { facility, profile, startMs, endMs, common })
  const own = lives.map(life => ({ life, devices: OWN.map(({ profile }) => device(life.person.site.id, profile)) }))

  async function write(folder: string, heldOut: boolean): Promise<{ readings: number; events: number }> {
    await mkdir(folder, { recursive: true })
    const mine = own.filter(({ life }) => life.person.heldOut === heldOut)
    const trained = sites.flatMap(site => {
      const walkers = Array.from({ length: WALKERS_PER_SITE }, () => device(site.id, WALKER))
      const used = trainingOf(
        mine.map(({ life }) => life).filter(({ person }) => person.site === site),
        walkers,
      )
      return walkers.map((walker, i) => ({ device: walker, ...(used[i] as (typeof used)[number]) }))
    })
    const input = trialInputSchema.parse({ ...inputOf(options, sites, mine, trained, startMs, endMs), ...changes })
    await writeFile(join(folder, TRIAL_FILE), `${JSON.stringify(input)}\n`)
    return writeExtracts(folder, startMs, spokenBy(mine, trained))
  }
  const written = await write(folders.trial, false)
  if (folders.control) await write(folders.control, true)
  return {
    options,
    startMs,
    people: lives.map(({ person, course }) => ({
      subject: person.id,
      name: person.name,
      heldOut: person.heldOut,
      falls: course.falls.length,
    })),
    common,
    ...written,
  }
}

interface Housed {
  life: Life
  devices: SimDevice[]
}
type Trained = SpokenDevice & { sessions: { subject: string; fromMs: number; toMs: number }[] }

function* spokenBy(own: readonly Housed[], trained: readonly Trained[]): Generator<SpokenDevice> {
  for (const { life, devices } of own)
    for (const [i, { speak }] of OWN.entries()) {
      const device = devices[i] as SimDevice
      yield { device, rows: speak(life, device) }
    }
  yield* trained
}

function inputOf(
  options: TrialOptions,
  sites: readonly Site[],
  own: readonly Housed[],
  trained: readonly Trained[],
  startMs: number,
  endMs: number,
): Record<string, unknown> {
  const { seed } = options
  const snapshotMs = endMs + 5 * DAY_MS + 10 * HOUR_MS
  const spans = new Map(own.map(({ life }) => [life.person.id, participation(life)]))
  const placing = ({ id, facility }: SimDevice, subject: string, from_ms: number, to_ms: number) => {
    const span = spans.get(subject) as { from_ms: number; to_ms: number }
    return {
      device: id,
      facility,
      subject,
      from_ms: Math.max(from_ms, span.from_ms),
      to_ms: Math.min(to_ms, span.to_ms),
    }
  }
  return {
    format: 1,
    release: opaqueId(seed, 'release'),
    request: opaqueId(seed, 'request'),
    trial: opaqueId(seed, 'trial'),
    product: 'P1',
    demonstration: true,
    maker: 'demo-maker',
    zone: ZONE,
    from_ms: startMs,
    to_ms: endMs,
    snapshot_ms: snapshotMs,
    registry_version: 41,
    code_version: '0.1.0+trial',
    profiles: [...OWN.map(({ profile }) => profile), WALKER].map(id => profileById(id) ?? fallRadar),
    sites: sites.map(({ id, prefecture }) => ({ id, prefecture })),
    subjects: own
      .map(({ life }) => life)
      .map(({ person, ...life }) => ({
        id: person.id,
        site: person.site.id,
        age: person.age,
        sex: person.sex,
        care_level: person.careLevel,
        diagnosis_group: person.diagnosis,
        stay_days: person.stayDays,
        ...participation({ person, ...life }),
      })),
    devices: [...own.flatMap(({ devices }) => devices), ...trained.map(({ device }) => device)].map(
      ({ id, facility, profile }) => ({ id, facility, profile }),
    ),
    placements: [
      ...own.flatMap(({ life, devices }) =>
        devices.flatMap(device => presentSpans(life).map(([from, to]) => placing(device, life.person.id, from, to))),
      ),
      ...trained.flatMap(({ device, sessions }) => sessions.map(s => placing(device, s.subject, s.fromMs, s.toMs))),
    ].filter(({ from_ms, to_ms }) => from_ms < to_ms),
    subject_events: own.flatMap(({ life: { person, course } }) =>
      course.events.map(({ type, atMs }) => ({ subject: person.id, type, at_ms: atMs })),
    ),
    earlier: [],
    p2_grounds: null,
    approvals: ['steward@demo', 'steward2@demo'].map(by => ({ role: 'steward', by, at_ms: snapshotMs })),
    private_names: namesOf(own.map(({ life }) => life.person)),
  }
}

/** Whole names and their parts; a part of one letter is also an everyday word. */
const namesOf = (people: readonly Person[]): string[] => [
  ...new Set(people.flatMap(({ name, kana }) => [name, kana, ...name.split(' ').filter(part => part.length > 1)])),
]

/** Devices are installed on the first morning and taken away at the end of the last day. */
const participation = ({ firstMs, course, person }: Pick<Life, 'firstMs' | 'course' | 'person'>) => ({
  from_ms: firstMs + (540 + ((person.firstDay * 37 + person.id.charCodeAt(3)) % 150)) * MINUTE_MS,
  to_ms: firstMs + course.days * DAY_MS,
})

/** Days at home, as pairs of epoch ms; not those in hospital. */
function presentSpans({ course, firstMs }: Life): [number, number][] {
  const spans: [number, number][] = []
  let from = 0
  for (const stay of [...course.hospital, { from: course.days, to: course.days }]) {
    if (stay.from > from) spans.push([firstMs + from * DAY_MINUTES * MINUTE_MS, firstMs + stay.from * DAY_MS])
    from = Math.max(from, stay.to)
  }
  return spans
}
