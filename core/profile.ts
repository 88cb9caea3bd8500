/** The device profile: all that the platform knows about a type of device, as data that a maker can also submit as JSON. */
import { z } from 'zod'
import { metricNameSchema, profileIdSchema } from './ids.ts'
import { isTechnicalCode } from './technical-codes.ts'

/** A text in the platform's three languages. */
export const textSchema = z.strictObject({ ja: z.string().min(1), ko: z.string().min(1), en: z.string().min(1) })
export type Text = z.infer<typeof textSchema>
export const LANGUAGES = ['ja', 'ko', 'en'] as const
export const languageSchema = z.enum(LANGUAGES)
export type Language = z.infer<typeof languageSchema>

/** What a room can be seen to be doing; the order is the body's height, lowest first. */
export const BODY_STATES = [
  'asleep',
  'dozing',
  'awake',
  'sitting_up',
  'bed_edge',
  'out_of_bed',
  'toilet',
  'away',
  'unclear',
] as const
export const bodyStateSchema = z.enum(BODY_STATES)
export type BodyState = z.infer<typeof bodyStateSchema>

/** How often a metric comes: every so many seconds, only while in use, or when something happens. */
const samplingSchema = z.discriminatedUnion('how', [
  z.strictObject({ how: z.literal('periodic'), seconds: z.number().positive() }),
  z.strictObject({ how: z.literal('session'), seconds: z.number().positive() }),
  z.strictObject({ how: z.literal('event') }),
])

const codesSchema = z.strictObject({
  /** IEEE 11073 MDC, 32-bit. */
  mdc: z.int().optional(),
  loinc: z.string().optional(),
  /** SDTM test code. */
  sdtm: z.string().optional(),
})

/** How a metric is put together over an hour or a day: counts are added, gauges averaged, totals of a machine read last; booleans as share of time. */
export const AGGREGATIONS = ['mean', 'sum', 'maximum', 'last', 'share'] as const
/** What a status message of the type is expected to say beside its state. */
const STATUS_FIELDS = ['model', 'fw', 'battery', 'rssi'] as const

const metricBase = {
  label: textSchema,
  /** For tiles and walls, where the label is too long: two to four letters. */
  short: textSchema.optional(),
  sampling: samplingSchema,
  /** Absent: see aggregationOf. */
  aggregation: z.enum(AGGREGATIONS).optional(),
  /** Standard codes; absent where none is established, never invented. */
  codes: codesSchema.default({}),
}
const rangeSchema = z.tuple([z.number(), z.number()])

export const metricSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('number'),
    ...metricBase,
    /** UCUM, case-sensitive. */
    unit: z.string().min(1),
    /** Accepted values, bounds inclusive; outside: `out_of_range`. */
    range: rangeSchema,
    /** Values that are usual in life, for charts; never used to refuse. */
    plausible: rangeSchema.optional(),
    /** Decimal places worth showing. */
    digits: z.int().min(0).max(4).default(0),
  }),
  z.strictObject({ kind: z.literal('boolean'), ...metricBase }),
  z.strictObject({
    kind: z.literal('enum'),
    ...metricBase,
    values: z.record(z.string().max(64), textSchema),
    /** Which of its values say what the resident is doing. */
    states: z.record(z.string(), bodyStateSchema).optional(),
  }),
])
export type Metric = z.infer<typeof metricSchema>

const attributeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('number'), label: textSchema, unit: z.string().min(1), range: rangeSchema }),
  z.strictObject({ kind: z.literal('boolean'), label: textSchema }),
  z.strictObject({ kind: z.literal('enum'), label: textSchema, values: z.record(z.string().max(64), textSchema) }),
])

/** `technical`: cannot measure or deliver. What an event type suggests; the facility's rules decide. */
const SEVERITIES = ['high', 'medium', 'low', 'technical'] as const
export const severitySchema = z.enum(SEVERITIES)
export type Severity = z.infer<typeof severitySchema>

const eventTypeSchema = z.strictObject({
  label: textSchema,
  attributes: z.record(metricNameSchema, attributeSchema).default({}),
  /** What the type suggests; the facility's rules decide. Null: worth recording only. */
  severity: severitySchema.nullable(),
  /** An event older than this on arrival is historic and raises nothing. */
  alarm_window_s: z.int().positive().default(1800),
  /** What the resident is doing after it. */
  state: bodyStateSchema.optional(),
  /** Standard codes of what the event says; absent where none is established. */
  codes: codesSchema.default({}),
})
export type EventType = z.infer<typeof eventTypeSchema>

export const profileSchema = z.strictObject({
  id: profileIdSchema,
  /** Of this type's definition; cited by datasets. */
  version: z.int().positive(),
  label: textSchema,
  family: z.enum(['medical_robot', 'digital_rehabilitation', 'smart_elderly_care']),
  /** Priority item of the Japanese list in use since April 2025. */
  priority_item: textSchema,
  /** `watch` devices say how the room is; `equipment` is used at times, and its silence is no fault. */
  role: z.enum(['watch', 'equipment']),
  metrics: z.record(metricNameSchema, metricSchema),
  events: z.record(
    metricNameSchema.refine(name => !isTechnicalCode(name), 'is the name of a technical condition'),
    eventTypeSchema,
  ),
  /** Metrics shown on the board, at most three, most telling first. */
  board: z.array(metricNameSchema).max(3),
  /** Fields a status message of this type carries; the others may come as well. */
  status: z.array(z.enum(STATUS_FIELDS)).default(['model', 'fw']),
  /** Above this a device is slowed down by late acknowledgements; the messages of a batch count one by one. */
  messages_per_second: z.number().positive().default(50),
  /** What the values are for; shown beside them. */
  note: textSchema,
})
export type DeviceProfile = z.infer<typeof profileSchema>
/** A profile as written down, before defaults. */
export type ProfileInput = z.input<typeof profileSchema>

/** Expected interval of a metric in milliseconds; null where its silence says nothing. */
export const periodMs = (metric: Metric): number | null =>
  metric.sampling.how === 'periodic' ? metric.sampling.seconds * 1000 : null

/** How a metric is put together over time when its profile does not say: numbers are averaged, the others counted as share of time. */
export const aggregationOf = (metric: Metric): (typeof AGGREGATIONS)[number] =>
  metric.aggregation ?? (metric.kind === 'number' ? 'mean' : 'share')

/** UCUM unit as files and screens give it; enums and booleans have none. */
export const unitOf = (metric: Metric): string | null => (metric.kind === 'number' ? metric.unit : null)
