/** The input of a trial release: `trial.json` in the job's folder, which with the two extracts beside it is all that a release is built from. */
import { z } from 'zod'
import { deviceIdSchema, facilityIdSchema, profileIdSchema } from '../../../core/ids.ts'
import { profileSchema } from '../../../core/profile.ts'
import { CARE_LEVELS, DIAGNOSIS_GROUPS, SEXES } from '../../../core/rest/residents.ts'
import { isZone } from '../../../core/time.ts'

export const TRIAL_FILE = 'trial.json'
/** Columns as TelemetrySource.extract writes them. */
export const READINGS_FILE = 'readings.parquet'
/** Columns `facility, device, profile, type, device_ms, attributes` (JSON text); what devices reported as events. */
export const EVENTS_FILE = 'events.parquet'

/** Products that can be asked for; which one a release is, the engine says. */
export const TRIAL_PRODUCTS = ['P0', 'P1', 'P2'] as const

/** What happened to a participant and was not reported by a device. */
export const SUBJECT_EVENTS = ['adverse_event', 'serious_adverse_event', 'death', 'transfer', 'drop_out'] as const

const instantSchema = z.int().min(0)
const opaqueIdSchema = z.string().regex(/^[a-z0-9]{8,40}$/)

/** Instants are epoch ms. Everything that is known of a participant here is also what the gate and the attacks look for in the package. */
export const trialInputSchema = z.strictObject({
  format: z.literal(1),
  release: opaqueIdSchema,
  request: opaqueIdSchema,
  trial: opaqueIdSchema,
  product: z.enum(TRIAL_PRODUCTS),
  /** True when the participants are simulated; the package says so first of all. */
  demonstration: z.boolean(),
  /** The recipient. */
  maker: z.string().min(1),
  zone: z.string().refine(isZone, 'is not a known time zone'),
  /** The trial's period, from ≤ t < to. */
  from_ms: instantSchema,
  to_ms: instantSchema,
  /** When the data were copied: the package's only creation time. */
  snapshot_ms: instantSchema,
  registry_version: z.int().min(0),
  code_version: z.string().regex(/^[A-Za-z0-9.+_-]{1,80}$/),
  profiles: z.array(profileSchema).min(1),
  /** ISO 3166-2, for example `JP-13`. */
  sites: z.array(z.strictObject({ id: facilityIdSchema, prefecture: z.string().regex(/^JP-\d{2}$/) })).min(1),
  /** Those enrolled with a consent in force; null: not recorded. */
  subjects: z.array(
    z.strictObject({
      id: opaqueIdSchema,
      site: facilityIdSchema,
      /** Whole years at enrolment. */
      age: z.int().min(0).max(130).nullable(),
      sex: z.enum(SEXES).nullable(),
      care_level: z.enum(CARE_LEVELS).nullable(),
      diagnosis_group: z.enum(DIAGNOSIS_GROUPS).nullable(),
      /** Whole days between admission and enrolment. */
      stay_days: z.int().min(0).nullable(),
      /** Participation, from ≤ t < to. */
      from_ms: instantSchema,
      to_ms: instantSchema,
    }),
  ),
  devices: z.array(z.strictObject({ id: deviceIdSchema, facility: facilityIdSchema, profile: profileIdSchema })),
  /** Cut down to what consents, absences and participation allow; a device has one participant at a time. */
  placements: z.array(
    z.strictObject({
      device: deviceIdSchema,
      facility: facilityIdSchema,
      subject: opaqueIdSchema,
      from_ms: instantSchema,
      to_ms: instantSchema,
    }),
  ),
  subject_events: z.array(
    z.strictObject({ subject: opaqueIdSchema, type: z.enum(SUBJECT_EVENTS), at_ms: instantSchema }),
  ),
  /** Earlier releases with any of the same people in them, and in which class each of them was. */
  earlier: z.array(
    z.strictObject({
      release: opaqueIdSchema,
      trial: opaqueIdSchema,
      product: z.enum(TRIAL_PRODUCTS),
      /** Column of subjects.csv → level of its hierarchy; null for a product without classes. */
      levels: z.record(z.string(), z.int().min(0)).nullable(),
      /**
       * Whoever was in it, with class, and group of each series (key: profile/metric); none (P0), or no longer known because the person was
       * erased. For each such person there is a further entry without a subject for the class and for each group that lost somebody.
       */
      members: z.array(
        z.strictObject({
          subject: opaqueIdSchema.nullable(),
          class: z.string().nullable(),
          groups: z.record(z.string(), z.string()),
        }),
      ),
    }),
  ),
  /** Only for P2: the contract and the committee that allowed it. */
  p2_grounds: z
    .strictObject({
      contract: z.string().min(1),
      committee: z.string().min(1),
      members: z.int().min(5),
      external: z.int().min(2),
      at_ms: instantSchema,
    })
    .nullable(),
  /** Approving reviews; the package names their role and time, never `by`. */
  approvals: z.array(z.strictObject({ role: z.literal('steward'), by: z.string().min(1), at_ms: instantSchema })),
  /** Names that must appear nowhere in the package. */
  private_names: z.array(z.string().min(1)),
})
export type TrialInput = z.infer<typeof trialInputSchema>
export type TrialSubject = TrialInput['subjects'][number]
