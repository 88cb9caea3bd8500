/** Puts together what a dataset build may know: the scope's devices, placements, consents, approvals, and what must not leave. */
import { profileById } from '../../core/profiles/index.ts'
import type { DatasetRequestRecord, DeviceRecord, FacilityRecord, Registry } from '../../core/registry.ts'
import type { FacilityScope } from '../../core/rest/datasets.ts'
import { fromWallClock } from '../../core/time.ts'
import type { ExportInput } from '../export/input.ts'
import { deviceKey } from '../live/layout.ts'
import { coveredPlacements, inForce, placementsForResidents } from './covered.ts'
import type { FacilityRequest } from './scope.ts'

export interface InputContext {
  registry: Registry
  /** Names the code that builds, for example `0.1.0`. */
  codeVersion: string
  release: string
  nowMs: number
}

/** Rules of the input itself (two approvals, no overlapping placements) are checked where it is written. */
export async function exportInputOf(
  request: FacilityRequest,
  facility: FacilityRecord,
  { registry, codeVersion, release, nowMs }: InputContext,
): Promise<ExportInput> {
  const { scope } = request
  const period = periodOf(scope, facility.zone)
  const registryVersion = await registry.registryVersion(facility.id)
  const devices = await devicesInScope(registry, request)
  const ids = new Set<string>(devices.map(({ id }) => id))
  const stays = await registry.stays.during(facility.id, period.fromMs, period.toMs)
  const placements = placementsForResidents(
    await registry.placements.during(facility.id, period.fromMs, period.toMs),
    stays,
  )
  const consents = await registry.consents.of(facility.id)
  const absences = await registry.absences.during(facility.id, period.fromMs, period.toMs)
  return {
    format: 1,
    release,
    request: request.id,
    product: request.product,
    maker: request.maker,
    zone: facility.zone,
    scope,
    from_ms: period.fromMs,
    to_ms: period.toMs,
    snapshot_ms: nowMs,
    registry_version: registryVersion,
    code_version: codeVersion,
    profiles: scope.device_types.flatMap(id => profileById(id) ?? []),
    devices: devices.map(({ id, profile }) => ({ id, profile })),
    placements: coveredPlacements(placements, consents, absences)
      .filter(({ device }) => ids.has(device))
      .map(({ device, resident, fromMs, toMs }) => ({ device, resident, from_ms: Math.max(0, fromMs), to_ms: toMs })),
    consents: inForce(consents).map(({ resident, purpose, fromMs }) => ({
      resident,
      purpose,
      from_ms: Math.max(0, fromMs),
    })),
    approvals: request.reviews
      .filter(({ decision }) => decision === 'approve')
      .map(({ by, atMs }) => ({ role: 'steward', by, at_ms: atMs })),
    private_names: await privateNames(registry, facility, request),
  }
}

/** First day's beginning to the day after the last, in the facility's zone. */
export function periodOf(scope: { from: string; to: string }, zone: string): { fromMs: number; toMs: number } {
  const midnight = (day: string, plus: number): number => {
    const [year, month, date] = day.split('-').map(Number) as [number, number, number]
    const next = new Date(Date.UTC(year, month - 1, date + plus))
    return fromWallClock(
      {
        year: next.getUTCFullYear(),
        month: next.getUTCMonth() + 1,
        day: next.getUTCDate(),
        hour: 0,
        minute: 0,
        second: 0,
      },
      zone,
    )
  }
  return { fromMs: midnight(scope.from, 0), toMs: midnight(scope.to, 1) }
}

/** The maker's own devices of the asked types in the asked facility. */
export async function devicesInScope(
  registry: Registry,
  { maker, scope }: { maker: string; scope: FacilityScope },
): Promise<DeviceRecord[]> {
  const found: DeviceRecord[] = []
  for (let after: string | undefined; ; ) {
    const query = { facilities: [scope.facility], makers: [maker], limit: 500 }
    const page = await registry.devices.list(after === undefined ? query : { ...query, after })
    found.push(...page.filter(({ profile }) => scope.device_types.includes(profile)))
    const last = page.at(-1)
    if (!last || page.length < 500) return found
    after = deviceKey(last)
  }
}

export async function privateNames(
  registry: Registry,
  facility: FacilityRecord,
  request: Pick<DatasetRequestRecord, 'createdBy' | 'reviews'>,
): Promise<string[]> {
  const rooms = await registry.rooms.listOf(facility.id)
  const users = (await registry.users.list()).filter(({ facilities }) => facilities.includes(facility.id))
  return [
    ...new Set([
      facility.name,
      ...rooms.flatMap(({ label, unit }) => [label, unit]),
      ...users.map(({ user }) => user),
      request.createdBy,
      ...request.reviews.map(({ by }) => by),
    ]),
  ]
}
