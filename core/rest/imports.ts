/** Import of residents and rooms from a CSV file: first looked at, then applied in one piece. */
import { z } from 'zod'
import { facilityIdSchema } from '../ids.ts'
import { CARE_LEVELS, identitySchema } from './residents.ts'
import { daySchema, recordIdSchema, route } from './route.ts'

export const IMPORT_KINDS = ['residents', 'rooms'] as const
/** Columns by name; a file may head them in Japanese, Korean or English, in any order. */
export const IMPORT_COLUMNS = {
  residents: [
    'number',
    'name',
    'kana',
    'birth_date',
    'sex',
    'care_level',
    'care_level_from',
    'admitted_on',
    'diagnosis_group',
    'unit',
    'room',
    'bed',
  ],
  rooms: ['unit', 'room', 'bed'],
} as const
export type ImportKind = (typeof IMPORT_KINDS)[number]
export type ImportColumn = (typeof IMPORT_COLUMNS)[ImportKind][number]

/** What is wrong with a row; the words for a person are looked up by code. */
const ROW_ERRORS = [
  'missing',
  'too_long',
  'unreadable_date',
  'date_in_future',
  'date_before_birth',
  'unknown_word',
  'wrong_number_of_columns',
  'twice_in_file',
  'exists_already',
  'unknown_room',
  'ambiguous_room',
  'room_closed',
  'unknown_bed',
  'bed_taken',
] as const
export const rowErrorSchema = z.object({
  /** Line of the file, its head being line 1. */
  line: z.int(),
  column: z.string().nullable(),
  code: z.enum(ROW_ERRORS),
})
export type RowError = z.infer<typeof rowErrorSchema>

/** Why a file cannot be taken as a whole: the `code` of the problem's one error, whose path is `file`. */
export const FILE_ERRORS = [
  'empty',
  'too_many_rows',
  'unknown_encoding',
  'no_table',
  'column_twice',
  'column_missing',
] as const
export type FileError = (typeof FILE_ERRORS)[number]
/** Rows of one file. */
export const MAX_IMPORT_ROWS = 2_000
/** What the base64 below holds. */
export const MAX_IMPORT_BYTES = 1_050_000

const fileSchema = z.strictObject({
  facility: facilityIdSchema,
  kind: z.enum(IMPORT_KINDS),
  /** The file in base64: CSV in UTF-8 (with or without byte order mark), UTF-16 with one, or Shift_JIS. */
  file: z.base64().min(1).max(1_400_000),
})
const residentRowSchema = z.object({
  line: z.int(),
  identity: identitySchema,
  care_level: z.object({ level: z.enum(CARE_LEVELS), from: daySchema }).nullable(),
  room: z.string().nullable(),
  bed: z.string().nullable(),
})
const roomRowSchema = z.object({ line: z.int(), unit: z.string(), room: z.string(), bed: z.string().nullable() })
const previewSchema = z
  .object({
    encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'shift_jis']),
    /** Without the head and empty lines. */
    rows: z.int(),
    good: z.int(),
    columns: z.array(z.string()),
    /** Heads that mean nothing here; their columns are left out. */
    unknown_columns: z.array(z.string()),
    errors: z.array(rowErrorSchema),
    /** The first line of the file, and the cells of each row that is wrong as they stand in it: what a person mends. */
    head: z.array(z.string()),
    wrong: z.array(z.object({ line: z.int(), cells: z.array(z.string()) })),
    /** The good rows as they would be taken. */
    residents: z.array(residentRowSchema),
    rooms: z.array(roomRowSchema),
  })
  .meta({ id: 'ImportPreview' })
export type ImportPreview = z.infer<typeof previewSchema>

export const importsRoutes = {
  previewImport: route({
    method: 'post',
    path: '/imports/preview',
    summary: 'Look at a file: what would be taken, and what is wrong with which line; changes nothing',
    body: fileSchema,
    status: 200,
    response: previewSchema,
  }),
  applyImport: route({
    method: 'post',
    path: '/imports',
    summary: 'Take all rows, or all good rows, in one piece: either everything is there afterwards or nothing',
    body: fileSchema.extend({
      /** `all`: nothing when any row is wrong (`conflict`); `good`: the good rows. */
      take: z.enum(['all', 'good']),
    }),
    status: 201,
    response: z
      .object({ created: z.int(), left_out: z.int(), ids: z.array(recordIdSchema), errors: z.array(rowErrorSchema) })
      .meta({ id: 'Import' }),
  }),
} as const
