/** The input of a dataset build: `input.json` in the job's folder, which with `readings.parquet` is all that a build reads. */
import { z } from 'zod'
import { deviceIdSchema, facilityIdSchema, profileIdSchema } from '../../core/ids.ts'
import { profileSchema } from '../../core/profile.ts'
import { CONSENT_PURPOSES } from '../../core/rest/consents.ts'
import { isZone } from '../../core/time.ts'
import { conflictingMetric } from './scope.ts'

export const INPUT_FILE = 'input.json'
export const READINGS_FILE = 'readings.parquet'

const instantSchema = z.int().min(0)
const opaqueIdSchema = z.string().regex(/^[a-z0-9]{8,40}$/)
const daySchema = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)

/** Instants are epoch ms. Whatever of this must not leave (people, places, names) is also what the gate looks for in the package. */
export const exportInputSchema = z
  .strictObject({
    format: z.literal(1),
    release: opaqueIdSchema,
    request: opaqueIdSchema,
    product: z.literal('P0'),
    /** True when the devices are simulated or replay a recording; the package says so first of all. */
    demonstration: z.boolean().optional(),
    /** Goes to the recipient. */
    maker: z.string().min(1),
    zone: z.string().refine(isZone, 'is not a known time zone'),
    scope: z.strictObject({
      facility: facilityIdSchema,
      device_types: z.array(profileIdSchema).min(1),
      /** First and last day, inclusive, in `zone`. */
      from: daySchema,
      to: daySchema,
    }),
    /** The same period as instants, from ≤ t < to; what `readings.parquet` was extracted with. */
    from_ms: instantSchema,
    to_ms: instantSchema,
    /** When the readings were copied: the package's only creation time, so that a second build gives the same bytes. */
    snapshot_ms: instantSchema,
    /** Version of the facility's registry that placements and consents were read from. */
    registry_version: z.int().min(0),
    /** Version of the platform that builds, for example `0.1.0+6122ade`. */
    code_version: z.string().regex(/^[A-Za-z0-9.+_-]{1,80}$/),
    /** Definitions of exactly the device types in scope. */
    profiles: z.array(profileSchema).min(1),
    /** The maker's devices in scope. */
    devices: z.array(z.strictObject({ id: deviceIdSchema, profile: profileIdSchema })),
    /** Of those devices, as far as they overlap the period. Placements without a resident are ignored. */
    placements: z.array(
      z.strictObject({
        device: deviceIdSchema,
        resident: opaqueIdSchema.nullable(),
        from_ms: instantSchema,
        to_ms: instantSchema.nullable(),
      }),
    ),
    consents: z.array(
      z.strictObject({ resident: opaqueIdSchema, purpose: z.enum(CONSENT_PURPOSES), from_ms: instantSchema }),
    ),
    /** Approving reviews of this version of the request; the package names their role and time, never `by`. */
    approvals: z.array(z.strictObject({ role: z.literal('steward'), by: z.string().min(1), at_ms: instantSchema })),
    /** Names that must appear nowhere in the package: facility, room labels, units, users. */
    private_names: z.array(z.string().min(1)),
  })
  .superRefine((input, context) => {
    const bad = (message: string) => context.addIssue({ code: 'custom', message })
    if (input.from_ms >= input.to_ms) bad('the period is empty')
    const defined = new Set(input.profiles.map(profile => profile.id))
    if (input.scope.device_types.some(type => !defined.has(type))) bad('a device type in scope has no definition')
    const conflict = conflictingMetric(input.profiles)
    if (conflict) bad(`${conflict} has two meanings`)
    if (input.devices.some(device => !input.scope.device_types.includes(device.profile)))
      bad('a device is of a type out of scope')
    if (new Set(input.approvals.map(approval => approval.by)).size < 2) bad('two people must have approved')
    if (overlapping(input.placements)) bad('a device has two placements at one time')
  })
export type ExportInput = z.infer<typeof exportInputSchema>

/** Whether a reading could belong to two residents at once, which would count it twice. */
function overlapping(placements: readonly { device: string; from_ms: number; to_ms: number | null }[]): boolean {
  const sorted = [...placements].sort((a, b) =>
    a.device < b.device ? -1 : a.device > b.device ? 1 : a.from_ms - b.from_ms,
  )
  return sorted.some((placement, i) => {
    const next = sorted[i + 1]
    return next?.device === placement.device && next.from_ms < (placement.to_ms ?? Number.POSITIVE_INFINITY)
  })
}

type PeopleInput = Pick<ExportInput, 'devices' | 'placements' | 'consents' | 'from_ms' | 'to_ms'>

/** How many could appear. Readings can only make it fewer, so a request below the threshold is refused before any work. */
export const eligibleResidents = (input: PeopleInput): number => eligibleSubjects(input).size

/** The residents who could appear at all: a device of the scope was placed with them within the period at a time that their consent covers. */
export function eligibleSubjects(input: PeopleInput): Set<string> {
  const devices = new Set<string>(input.devices.map(device => device.id))
  const consentFrom = new Map<string, number>()
  for (const { resident, from_ms } of input.consents)
    consentFrom.set(resident, Math.min(from_ms, consentFrom.get(resident) ?? Number.POSITIVE_INFINITY))
  const eligible = new Set<string>()
  for (const { device, resident, from_ms, to_ms } of input.placements) {
    const consented = resident === null ? undefined : consentFrom.get(resident)
    if (resident === null || consented === undefined || !devices.has(device)) continue
    const from = Math.max(from_ms, input.from_ms, consented)
    if (from < Math.min(to_ms ?? Number.POSITIVE_INFINITY, input.to_ms)) eligible.add(resident)
  }
  return eligible
}
