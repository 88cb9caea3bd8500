/** The matrix of trials, dataset requests, releases and the audit trail. */
import type { GuardedRoute } from '../../../core/rest/rules.ts'
import { adminFound, type Case, makerFound, of, staffNamed } from './case.ts'
import { DESIGN, NAME, SCOPE, type World } from './world.ts'

const now = () => new Date().toISOString()
const ELSEWHERE = 'maker-elsewhere admin-elsewhere staff-elsewhere'
const trialSeen = of({ ok: 'maker staff admin steward', hidden: ELSEWHERE })
const ofSite = of({ ok: 'staff admin', hidden: 'staff-elsewhere admin-elsewhere' })
const newest = '?limit=500'
const event = {
  ...{ facility: 'sunny', kind: 'device_deficiency', device: 'mat-1', at: now(), severity: 'mild', serious: false },
  ...{ relation: 'causal', outcome: 'device_replaced', description: 'x' },
}
const reference = { facility: 'sunny', device: 'mat-1', metric: 'heart_rate', at: now(), value: 70, instrument: 'x' }
const draft = { purpose: 'evaluation', product: 'P0', scope: SCOPE }
const onTrial =
  (leaf: string, body: unknown, locked = false) =>
  async ({ fresh }: World) => ({ path: `/trials/${await fresh.trial(locked)}${leaf}`, body })
const onRequest =
  (leaf: string, state: 'draft' | 'submitted', body: unknown = undefined) =>
  async ({ fresh }: World) => ({ path: `/dataset-requests/${await fresh.request(state)}${leaf}`, body })
const requestSeen = of({ ok: 'maker steward', hidden: 'maker-elsewhere' })
const WITNESSES = 'admin admin-elsewhere maker maker-elsewhere steward auditor operator platform'
const auditor = of({ ok: 'auditor' })
const witnesses = of({ ok: WITNESSES })

export const TRIAL_CASES = {
  trials: [
    of({ ok: 'maker staff admin steward', blind: ELSEWHERE })(w => ({
      path: `/trials${newest}`,
      shows: w.trial,
    })),
  ],
  trial: [
    trialSeen(w => ({ path: `/trials/${w.trial}` })),
    of({ ok: 'staff admin steward', blind: 'maker', hidden: ELSEWHERE, part: 'small_counts' })(async ({ fresh }) => ({
      path: `/trials/${await fresh.trial()}`,
      shows: '"enrolled":0',
    })),
  ],
  createTrial: [of({ ok: 'maker maker-elsewhere' })(() => ({ path: '/trials', body: DESIGN }))],
  editTrial: [
    makerFound(async ({ platform, fresh }) => {
      const id = await fresh.trial()
      const trial = await platform.registry.trials.get(id)
      return { path: `/trials/${id}`, body: { ...DESIGN, version: trial?.version } }
    }),
  ],
  addProtocol: [makerFound(onTrial('/protocols', { version: '2', sha256: 'b'.repeat(64) }, true))],
  lockProtocol: [makerFound(onTrial('/lock', { protocol: '1' }))],
  enrolments: [ofSite(w => ({ path: `/trials/${w.trial}/enrolments` }))],
  enrol: [
    adminFound(async w => {
      const resident = await w.fresh.resident()
      const consent = { facility: 'sunny', resident, purpose: 'trial_participation', from: '2026-01-01T00:00:00Z' }
      await (await w.platform.as('admin')).post('/consents', consent)
      return { path: `/trials/${w.trial}/enrolments`, body: { facility: 'sunny', resident, from: now() } }
    }),
    // Of another site of the same trial nobody writes anything down.
    of({ ok: '', refused: 'admin-elsewhere', otherwise: 'admin' })(w => ({
      path: `/trials/${w.shared}/enrolments`,
      body: { facility: 'sunny', resident: 'none', from: now() },
    })),
  ],
  endEnrolment: [
    adminFound(async ({ fresh }) => ({
      path: `/enrolments/${await fresh.enrolment()}/end`,
      body: { at: new Date(Date.now() + 1_000).toISOString(), reason: 'x' },
    })),
  ],
  trialEvents: [adminFound(w => ({ path: `/trials/${w.trial}/events` }))],
  trialEventSummaries: [
    of({ ok: 'maker steward', hidden: 'maker-elsewhere' })(w => ({ path: `/trials/${w.trial}/event-summaries` })),
  ],
  addTrialEvent: [
    ofSite(w => ({ path: `/trials/${w.trial}/events`, body: event })),
    staffNamed(w => ({ path: `/trials/${w.shared}/events`, body: event })),
  ],
  trialEventHistory: [adminFound(async ({ fresh }) => ({ path: `/trial-events/${await fresh.event()}` }))],
  correctTrialEvent: [
    adminFound(async ({ fresh }) => ({
      path: `/trial-events/${await fresh.event()}`,
      body: { ...event, version: 1, reason: 'x' },
    })),
  ],
  references: [adminFound(w => ({ path: `/trials/${w.trial}/reference-measurements` }))],
  referenceHistory: [adminFound(async ({ fresh }) => ({ path: `/reference-measurements/${await fresh.reference()}` }))],
  addReference: [
    ofSite(w => ({ path: `/trials/${w.trial}/reference-measurements`, body: reference })),
    staffNamed(w => ({ path: `/trials/${w.shared}/reference-measurements`, body: reference })),
  ],
  correctReference: [
    adminFound(async ({ fresh }) => ({
      path: `/reference-measurements/${await fresh.reference()}`,
      body: { ...reference, version: 1, reason: 'x' },
    })),
  ],

  datasetRequests: [
    of({ ok: 'maker steward', blind: 'maker-elsewhere' })(w => ({
      path: `/dataset-requests${newest}`,
      shows: w.request.submitted,
    })),
    of({ ok: 'maker', blind: 'steward maker-elsewhere' })(w => ({
      path: `/dataset-requests${newest}`,
      shows: w.request.draft,
    })),
  ],
  datasetOutlook: [
    of({ ok: 'maker steward', hidden: 'maker-elsewhere' })(w => ({
      path: `/trials/${w.trial}/dataset-outlook?product=P1`,
    })),
  ],
  datasetRequest: [
    requestSeen(w => ({ path: `/dataset-requests/${w.request.submitted}` })),
    of({ ok: 'maker', hidden: 'steward maker-elsewhere' })(w => ({ path: `/dataset-requests/${w.request.draft}` })),
  ],
  createDatasetRequest: [of({ ok: 'maker maker-elsewhere' })(() => ({ path: '/dataset-requests', body: draft }))],
  editDatasetRequest: [makerFound(onRequest('', 'draft', draft))],
  // Nobody lives there whose data could be given: this is said to the maker alone.
  submitDatasetRequest: [{ ...makerFound(onRequest('/submit', 'draft')), answers: 409 }],
  withdrawDatasetRequest: [makerFound(onRequest('/withdraw', 'draft'))],
  reviewDatasetRequest: [
    of({ ok: 'steward' })(onRequest('/review', 'submitted', { decision: 'reject', reason: 'x' })),
    of({ ok: '', hidden: 'steward' })(onRequest('/review', 'draft', { decision: 'reject', reason: 'x' })),
  ],
  returnDatasetRequest: [
    of({ ok: 'steward' })(onRequest('/return', 'submitted', { reason: 'x' })),
    of({ ok: '', hidden: 'steward' })(onRequest('/return', 'draft', { reason: 'x' })),
  ],
  dataset: [requestSeen(w => ({ path: `/datasets/${w.request.release}` }))],

  audit: [
    of({ ok: 'admin auditor', refused: 'admin-elsewhere' })('/audit?facility=sunny'),
    of({ ok: 'admin auditor', blind: 'admin-elsewhere' })(async ({ fresh }) => ({
      path: `/audit${newest}`,
      shows: await fresh.resident(),
    })),
    of({ ok: 'admin', blind: 'auditor admin-elsewhere', part: 'personal' })(async ({ fresh }) => {
      await fresh.resident()
      return { path: `/audit${newest}`, shows: NAME }
    }),
  ],
  auditVerify: [auditor('/audit/verify')],
  auditProof: [auditor('/audit/entries/0/proof')],
  auditExport: [auditor('/audit/export')],
  auditCheckpoint: [witnesses('/audit/checkpoint')],
  auditKey: [witnesses('/audit/key')],
  figures: [of({ ok: 'operator' })('/metrics')],
  auditConsistency: [witnesses('/audit/consistency?from=0&to=1')],
} satisfies Partial<Record<GuardedRoute, readonly [Case, ...Case[]]>>
