/** The message ledger over HTTP: the hourly rows of a facility, and the same by device for the fleet page. */
import { z } from 'zod'
import { facilityIdSchema, profileIdSchema } from '../ids.ts'
import { ledgerEquationSchema, ledgerRowSchema } from '../ledger.ts'
import { facilityQuery, page, route, timeSchema } from './route.ts'

const rangeQuery = {
  ...facilityQuery,
  /** Cut to whole hours; default: this hour and the 23 before it. At most seven days. */
  from: timeSchema.optional(),
  to: timeSchema.optional(),
  device: z.string().max(64).optional(),
}

/** What is counted; every fate of every message. */
const sumsSchema = ledgerRowSchema
  .pick({
    packets: true,
    committed: true,
    accepted: true,
    duplicate: true,
    conflicting: true,
    refused: true,
    received: true,
    missing: true,
    recovered: true,
    expected: true,
    late: true,
    clock_suspect: true,
    partly_refused: true,
    deferred: true,
    stored: true,
    spooled: true,
    dead_lettered: true,
  })
  .meta({ id: 'LedgerSums' })
export type LedgerSums = z.infer<typeof sumsSchema>

/** One device's hour of the gateway's clock. */
const ledgerHourSchema = ledgerRowSchema
  .extend({ hour: timeSchema, recounted_at: timeSchema.nullable() })
  .meta({ id: 'LedgerHour' })
export type LedgerHour = z.infer<typeof ledgerHourSchema>

/** Whether the sums of a range agree, whatever part of its rows is shown. */
const balance = {
  facility: facilityIdSchema,
  from: timeSchema,
  /** Not included. */
  to: timeSchema,
  /** When the gateway gave these figures. */
  as_of: timeSchema,
  /** Null where the reader may not see counts. */
  totals: sumsSchema.nullable(),
  balanced: z.boolean().nullable(),
  /** Where an equation does not hold, newest first; at most 50. */
  failing: z.array(
    z.object({
      equation: ledgerEquationSchema,
      device: z.string(),
      hour: timeSchema,
      /** Left side minus right side, where both are counted in the row. */
      difference: z.int().nullable(),
    }),
  ),
  /** Rows of the ledger that were compared with the store by query. */
  recount: z
    .object({ rows: z.int(), of: z.int(), oldest_at: timeSchema.nullable(), stored: z.int(), found: z.int() })
    .nullable(),
}
const ledgerSchema = z
  .object({ ...balance, items: z.array(ledgerHourSchema), next: z.string().nullable() })
  .meta({ id: 'Ledger' })
export type Ledger = z.infer<typeof ledgerSchema>

export const ledgerDeviceSchema = z
  .object({
    /** As named in the topic; empty where that was no name. */
    device: z.string(),
    /** Null: not enrolled in this facility. */
    device_type: profileIdSchema.nullable(),
    /** Received of expected, 0–1; null: nothing was expected, or too little to tell the device's maker. */
    coverage: z.number().nullable(),
    sums: sumsSchema.nullable(),
    red: z.array(ledgerEquationSchema),
    /** [received, expected] of each hour of the range, oldest first; null where the reader may not see hours. */
    hours: z.array(z.tuple([z.int(), z.int()])).nullable(),
  })
  .meta({ id: 'LedgerDevice' })
export type LedgerDevice = z.infer<typeof ledgerDeviceSchema>
export const ledgerDevicesSchema = z
  .object({
    ...balance,
    /** The facility's gateway as last heard. */
    gateway: z
      .object({
        state: z.enum(['online', 'offline', 'never']),
        version: z.string().nullable(),
        heard: timeSchema.nullable(),
        spool_bytes: z.int().nullable(),
      })
      .nullable(),
    items: z.array(ledgerDeviceSchema),
    next: z.string().nullable(),
  })
  .meta({ id: 'LedgerDevices' })
export type LedgerDevices = z.infer<typeof ledgerDevicesSchema>

export const ledgerRoutes = {
  ledger: route({
    method: 'get',
    path: '/ledger',
    summary: 'The message ledger, hour by hour; a maker reads that of its bench',
    query: page({
      ...rangeQuery,
      /** `true`: the store is asked anew what it holds. Not for staff. */
      recount: z.enum(['true', 'false']).default('false'),
    }),
    status: 200,
    response: ledgerSchema,
  }),
  ledgerDevices: route({
    method: 'get',
    path: '/ledger/devices',
    summary: 'The message ledger by device; a maker reads the coverage of its own over the last seven finished days',
    query: page(rangeQuery),
    status: 200,
    response: ledgerDevicesSchema,
  }),
} as const
