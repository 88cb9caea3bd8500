/** Which routes show a resident's data, and of whom: what a reader leaves in the audit trail. A route that is not named here is recorded as a whole. */
import type { AuditDraft } from '../../core/audit/trail.ts'
import type { FacilityRecord, Registry } from '../../core/registry.ts'
import type { Me } from '../../core/rest/session.ts'
import { type RouteName, routes } from '../../core/rest.ts'

type Routes = typeof routes
export type GetRouteName = { [N in RouteName]: Routes[N]['method'] extends 'get' ? N : never }[RouteName]

/** As much of a request as tells what was seen. */
export interface Looked {
  me: Me | null
  params: Record<string, string | undefined>
  query: Record<string, string | undefined>
}
type Lookup = Pick<Registry, 'placements' | 'facilities' | 'residents'>
/** Null: nothing of a resident is in it. */
type View = ((looked: Looked, registry: Lookup, nowMs: number) => Promise<AuditDraft[]> | AuditDraft[]) | null

const DAY_MS = 86_400_000
const EVENT_DAYS = 30

export const VIEWS: { readonly [N in GetRouteName]?: View } = {
  me: null,
  setupState: null,
  mySessions: null,
  myTokens: null,
  facilities: null,
  deviceTypes: null,
  rooms: null,
  users: null,
  user: null,
  devices: null,
  deviceAccess: null,
  knocks: null,
  ledger: null,
  ledgerDevices: null,
  rejectionCounts: null,
  datasetRequests: null,
  datasetRequest: null,
  dataset: null,
  datasetOutlook: null,
  retention: null,
  previewRetention: null,
  auditVerify: null,
  auditCheckpoint: null,
  auditKey: null,
  auditConsistency: null,
  figures: null,
  units: null,
  beds: null,
  deviceFirmware: null,
  calibrations: null,
  trials: null,
  trial: null,

  board: ({ params }) => [ofFacility('board', params.id ?? '')],
  residents: ofFacilities('residents'),
  residentIdentities: ofFacilities('identities'),
  resident: async ({ params }, registry) => {
    const resident = await registry.residents.get(params.id ?? '')
    if (!resident) return []
    const { id, facility } = resident
    return [{ action: 'view.resident', subject: { kind: 'resident', id }, facility, resident: id }]
  },
  enrolments: ofEntry('enrolments', 'trial'),
  trialEvents: ofEntry('trial_events', 'trial'),
  trialEventSummaries: ofEntry('trial_event_summaries', 'trial'),
  trialEventHistory: ofEntry('trial_event', 'trial_event'),
  references: ofEntry('references', 'trial'),
  referenceHistory: ofEntry('reference', 'reference'),
  placements: ofFacilities('placements'),
  consents: ofFacilities('consents'),

  device: (looked, registry, nowMs) => ofDevice('device', looked, registry, nowMs, nowMs + 1),
  readings: (looked, registry, nowMs) => ofDevice('readings', looked, registry, ...range(looked, nowMs)),
  readingsCsv: (looked, registry, nowMs) => ofDevice('readings_csv', looked, registry, ...range(looked, nowMs)),
  deviceEvents: (looked, registry, nowMs) => ofDevice('events', looked, registry, ...range(looked, nowMs)),

  rejections: looked => payloads('rejections', looked),
  conflicts: looked => payloads('conflicts', looked),
  deadLetters: looked => payloads('dead_letters', looked),

  datasetFile: ({ params }) => [
    { action: 'download.dataset', subject: { kind: 'release', id: params.id ?? '' }, new: { file: params.name ?? '' } },
  ],
  audit: ({ query }) => [
    {
      action: 'view.audit',
      subject: { kind: 'audit', id: query.question ?? '' },
      facility: query.facility ?? null,
      resident: query.resident ?? null,
    },
  ],
  auditProof: ({ params }) => [{ action: 'view.audit', subject: { kind: 'audit', id: `entry ${params.seq ?? ''}` } }],
  auditExport: () => [{ action: 'download.audit', subject: { kind: 'audit', id: 'export' } }],
}

/** What a successful GET leaves. */
export async function viewsOf(
  name: GetRouteName,
  looked: Looked,
  registry: Lookup,
  nowMs: number,
  views = VIEWS,
): Promise<AuditDraft[]> {
  const view = views[name]
  if (view === null) return []
  if (view) return view(looked, registry, nowMs)
  const facility = looked.params.facility ?? looked.query.facility ?? null
  return [{ action: `view.${snake(name)}`, subject: { kind: 'route', id: pathOf(name, looked.params) }, facility }]
}

export const snake = (name: string): string => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
export const pathOf = (name: RouteName, params: Looked['params']): string =>
  routes[name].path.replace(/:([A-Za-z]+)/g, (_, key: string) => params[key] ?? '')

const ofFacility = (view: string, id: string): AuditDraft => ({
  action: `view.${view}`,
  subject: { kind: 'facility', id },
  facility: id,
})

/** Something of a trial, as far as the own facilities go. */
function ofEntry(view: string, kind: string): View {
  return ({ me, params }) => {
    const subject = { kind, id: params.id ?? '' }
    const facilities = me && me.facilities.length > 0 ? me.facilities : [null]
    return facilities.map(facility => ({ action: `view.${view}`, subject, facility }))
  }
}

function ofFacilities(view: string): View {
  return ({ me, query }) => {
    const asked = query.facility === undefined ? (me?.facilities ?? []) : [query.facility]
    return asked.map(id => ofFacility(view, id))
  }
}

/** One entry for each resident for whom the device stood anywhere in that time; none for a bench, or a device that belongs to nobody. */
async function ofDevice(
  view: string,
  { me, params, query }: Looked,
  registry: Lookup,
  fromMs: number,
  toMs: number,
): Promise<AuditDraft[]> {
  const device = params.id ?? ''
  // A maker sees values on its bench only, where nobody lives.
  if (!me || me.role === 'manufacturer') return []
  const facilities = query.facility === undefined ? me.facilities : [query.facility]
  const drafts: AuditDraft[] = []
  for (const facility of facilities) {
    const placed = (await registry.placements.during(facility, fromMs, toMs)).filter(one => one.device === device)
    const residents = new Set(
      placed.flatMap(({ resident, room }) => (resident !== null || room !== null ? [resident] : [])),
    )
    for (const resident of residents)
      drafts.push({
        action: `view.${view}`,
        subject: { kind: 'device', id: `${facility}.${device}` },
        facility,
        resident,
      })
  }
  return drafts
}

function range({ query }: Looked, nowMs: number): [fromMs: number, toMs: number] {
  const toMs = query.to === undefined ? nowMs + 1 : Date.parse(query.to)
  return [query.from === undefined ? toMs - EVENT_DAYS * DAY_MS : Date.parse(query.from), toMs]
}

/** Payloads as they came are shown to administrators alone; others see rows without values. */
function payloads(view: string, { me, query }: Looked): AuditDraft[] {
  if (me?.role !== 'facility_admin') return []
  const facilities = query.facility === undefined ? me.facilities : [query.facility as FacilityRecord['id']]
  return facilities.map(facility =>
    query.device === undefined
      ? ofFacility(view, facility)
      : { action: `view.${view}`, subject: { kind: 'device', id: `${facility}.${query.device}` }, facility },
  )
}
