/** What a device went through: the firmware it ran, and its calibrations. */
import { z } from 'zod'
import { deviceIdSchema, facilityIdSchema } from '../ids.ts'
import { daySchema, facilityQuery, recordIdSchema, route, timeSchema } from './route.ts'

export const CALIBRATION_RESULTS = ['passed', 'adjusted', 'failed'] as const

const firmwareSchema = z.object({ firmware: z.string(), seen: timeSchema }).meta({ id: 'Firmware' })
const calibrationFields = {
  at: timeSchema,
  laboratory: z.string().trim().min(1).max(200),
  certificate: z.string().trim().min(1).max(200).nullable().default(null),
  result: z.enum(CALIBRATION_RESULTS),
  /** When the next one is due. */
  due: daySchema.nullable().default(null),
}
const calibrationSchema = z
  .object({ id: recordIdSchema, ...calibrationFields, recorded: timeSchema, by: z.string() })
  .meta({ id: 'Calibration' })

const params = z.object({ id: deviceIdSchema })

export const deviceHistoryRoutes = {
  deviceFirmware: route({
    method: 'get',
    path: '/devices/:id/firmware',
    summary: 'Firmware that the device was heard with, oldest first; for its maker by day',
    params,
    query: z.object(facilityQuery),
    status: 200,
    response: z.object({ items: z.array(firmwareSchema) }),
  }),
  calibrations: route({
    method: 'get',
    path: '/devices/:id/calibrations',
    summary: 'Calibrations, oldest first',
    params,
    query: z.object(facilityQuery),
    status: 200,
    response: z.object({ items: z.array(calibrationSchema) }),
  }),
  addCalibration: route({
    method: 'post',
    path: '/devices/:id/calibrations',
    summary: "Record a calibration: by the facility's administrator, or by the maker on its own bench",
    params,
    body: z.strictObject({ facility: facilityIdSchema.optional(), ...calibrationFields }),
    status: 201,
    response: calibrationSchema,
  }),
} as const
