/** Dataset requests and releases as the HTTP routes use them: rules, queue, links and views put together. */
import { AppError } from '../../core/errors.ts'
import { profileById } from '../../core/profiles/index.ts'
import type { DatasetRequestRecord, FacilityRecord, Registry } from '../../core/registry.ts'
import type { ReleaseRecord } from '../../core/registry-releases.ts'
import type { TrialRecord } from '../../core/registry-trials.ts'
import type { Dataset, DatasetOutlook, DatasetRequest, DatasetScope } from '../../core/rest/datasets.ts'
import type { Me } from '../../core/rest/session.ts'
import type { May } from '../auth/authority.ts'
import { ownerOfRequest } from '../auth/owners.ts'
import { createZoneClock } from '../zone-clock.ts'
import { releaseIdOf } from './build.ts'
import { requirePublishable } from './eligible.ts'
import { devicesInScope, exportInputOf, periodOf } from './input.ts'
import type { Links } from './links.ts'
import type { BuildQueue } from './queue.ts'
import { type FacilityRequest, isOfFacility, isOfTrial, scopesOf } from './scope.ts'
import * as rules from './states.ts'
import { OUTLOOK_TEXTS, outlookOf } from './trial/outlook.ts'

type Draft = Pick<DatasetRequestRecord, 'purpose' | 'product' | 'scope'>

/** Who asks, where it is written down. */
interface Asks {
  me: Me
  may: May
}

export interface Datasets {
  create(by: Asks, draft: Draft): Promise<DatasetRequest>
  /** Throws `precondition_failed` when it no longer has this version (null: any). */
  edit(may: May, id: string, version: number | null, draft: Draft): Promise<DatasetRequest>
  /** Throws `not_ready` with the reason where nothing could come out of it. */
  submit(may: May, id: string): Promise<DatasetRequest>
  review(
    by: Asks,
    id: string,
    review: { decision: 'approve' | 'reject'; reason: string | null },
  ): Promise<DatasetRequest>
  giveBack(by: Asks, id: string, reason: string): Promise<DatasetRequest>
  withdraw(may: May, id: string): Promise<DatasetRequest>
  get(may: May, id: string): Promise<DatasetRequest>
  view(record: DatasetRequestRecord): Promise<DatasetRequest>
  /** What could come of a trial now. */
  outlook(trial: TrialRecord, product: Draft['product']): Promise<DatasetOutlook>
  /** A release and links to its files. */
  dataset(may: May, id: string): Promise<Dataset>
  /** The file behind a valid link. */
  file(release: string, name: string, expires: number, token: string): Promise<ReleaseRecord['files'][number]>
}

export interface DatasetsOptions {
  registry: Registry
  queue: BuildQueue
  links: Links
  codeVersion: string
  clock: () => number
}

export function createDatasets({ registry, queue, links, codeVersion, clock }: DatasetsOptions): Datasets {
  /** Equally `not_found` for requests that do not exist and that belong to others. */
  const find = async (may: May, id: string): Promise<DatasetRequestRecord> => {
    const request = await registry.requests.get(id)
    if (!request || !may(ownerOfRequest(request))) throw new AppError('not_found', `You have no dataset request ${id}.`)
    return request
  }
  const zoneOf = async (scope: DatasetScope): Promise<string> => {
    const [first] = await scopesOf(registry, scope)
    return (first && (await registry.facilities.get(first.facility))?.zone) ?? 'UTC'
  }
  const outlook = (trial: TrialRecord, product: Draft['product']) =>
    outlookOf(trial, product, { registry, codeVersion, nowMs: clock() })

  const view = async (record: DatasetRequestRecord): Promise<DatasetRequest> => {
    const zone = createZoneClock(await zoneOf(record.scope))
    const release = record.state === 'ready' ? await registry.releases.ofRequest(record.id) : null
    return {
      id: record.id,
      maker: record.maker,
      created_by: record.createdBy,
      created: zone.format(record.createdMs),
      purpose: record.purpose,
      product: record.product,
      scope: record.scope,
      state: record.state,
      turn: rules.turnOf[record.state],
      reviews: record.reviews.map(({ atMs, ...review }) => ({ ...review, at: zone.format(atMs) })),
      job: queue.jobOf(record.id),
      failure: record.failure,
      dataset: release?.id ?? null,
      version: record.version,
    }
  }
  const change = async (
    request: DatasetRequestRecord,
    by: Parameters<Registry['requests']['change']>[2],
  ): Promise<DatasetRequest> => {
    const changed = await registry.requests.change(request.id, request.version, by)
    if (changed.state === 'approved') queue.add(changed.id)
    return view(changed)
  }

  return {
    view,
    outlook,
    get: async (may, id) => view(await find(may, id)),

    async create({ me, may }, draft) {
      if (me.maker === null || !may({ maker: me.maker }))
        throw new AppError('forbidden', 'Only people of a maker ask for datasets.')
      await requireScope(me.maker, draft)
      return view(await registry.requests.create({ ...draft, maker: me.maker, createdBy: me.user, createdMs: clock() }))
    },
    async edit(may, id, version, draft) {
      const request = await find(may, id)
      if (version !== null && version !== request.version)
        throw new AppError('precondition_failed', 'This request was changed meanwhile; read it again.')
      await requireScope(request.maker, draft)
      return change(request, rules.edit(request, draft))
    },
    async submit(may, id) {
      const request = await find(may, id)
      const changes = rules.submit(request)
      await requirePossible(request)
      return change(request, changes)
    },
    async review({ me, may }, id, given) {
      const request = await find(may, id)
      return change(request, rules.review(request, { ...given, by: me.user, atMs: clock() }))
    },
    async giveBack({ me, may }, id, reason) {
      const request = await find(may, id)
      return change(request, rules.giveBack(request, { reason, by: me.user, atMs: clock() }))
    },
    async withdraw(may, id) {
      const request = await find(may, id)
      return change(request, rules.withdraw(request))
    },

    async dataset(may, id) {
      const release = await registry.releases.get(id)
      const request = release && (await registry.requests.get(release.request))
      if (!release || !request || !may(ownerOfRequest(request)))
        throw new AppError('not_found', `You have no dataset ${id}.`)
      const zone = createZoneClock(await zoneOf(request.scope))
      return {
        id: release.id,
        request: release.request,
        maker: release.maker,
        product: release.product,
        created: zone.format(release.createdMs),
        manifest_sha256: release.manifestSha256,
        key_id: release.keyId,
        public_key: release.publicKey,
        cells: { published: release.published, suppressed: release.suppressed },
        files: release.files.map(file => {
          const { url, expiresMs } = links.to(release.id, file.name)
          return { ...file, url, expires: zone.format(expiresMs) }
        }),
      }
    },
    async file(id, name, expires, token) {
      links.check(id, name, expires, token)
      const release = await registry.releases.get(id)
      const file = release?.files.find(known => known.name === name)
      if (!file) throw new AppError('not_found', 'This file is no longer there.')
      return file
    },
  }

  /** Where a maker has no device it learns of no facility, not even that it exists. */
  async function requireSeen(id: string, maker: string): Promise<FacilityRecord> {
    const devices = await registry.devices.list({ facilities: [id], makers: [maker], limit: 1 })
    const facility = devices.length > 0 ? await registry.facilities.get(id) : null
    if (!facility)
      throw new AppError('bad_request', `scope.facility: no device of yours is enrolled in a facility ${id}.`)
    return facility
  }

  /** A maker asks for its own trials, and for aggregates only of what is no trial. */
  async function requireScope(maker: string, { scope, product }: Draft): Promise<void> {
    if ('trial' in scope) {
      const trial = await registry.trials.get(scope.trial)
      if (trial?.maker !== maker) throw new AppError('bad_request', `scope.trial: you have no trial ${scope.trial}.`)
      return
    }
    await requireSeen(scope.facility, maker)
    if (product !== 'P0') throw new AppError('bad_request', 'product: outside a trial there is P0 only.')
  }

  /** A draft may be wrong; what is handed to reviewers may not. */
  async function requirePossible(request: DatasetRequestRecord): Promise<void> {
    if (isOfFacility(request)) return requirePossibleAt(request)
    if (!isOfTrial(request)) return
    const trial = await registry.trials.get(request.scope.trial)
    if (!trial) throw new AppError('not_ready', 'scope.trial: this trial is gone.')
    const { product, reason } = await outlook(trial, request.product)
    if (product === null) throw new AppError('not_ready', OUTLOOK_TEXTS[reason])
  }

  async function requirePossibleAt(request: FacilityRequest): Promise<void> {
    const { scope, maker } = request
    const facility = await requireSeen(scope.facility, maker)
    const unknown = scope.device_types.filter(type => !profileById(type))
    if (unknown.length > 0) throw new AppError('not_ready', `scope.device_types: there is no ${unknown.join(', ')}.`)
    if (scope.from > scope.to) throw new AppError('not_ready', 'scope.to: the last day lies before the first.')
    if (periodOf({ from: scope.from, to: scope.from }, facility.zone).fromMs > clock())
      throw new AppError('not_ready', 'scope.from: the period lies in the future.')
    if ((await devicesInScope(registry, request)).length === 0)
      throw new AppError('not_ready', `scope: ${maker} has no devices of these types in ${scope.facility}.`)
    const context = { registry, codeVersion, release: releaseIdOf(request.id), nowMs: clock() }
    try {
      requirePublishable(await exportInputOf(request, facility, context))
    } catch (error) {
      if (error instanceof AppError && error.code === 'too_few_people') throw new AppError('not_ready', error.message)
      throw error
    }
  }
}
