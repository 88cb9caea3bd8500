/** Repository of what devices went through: firmware and calibrations, only ever added to. */
import type { Kysely, Selectable } from 'kysely'
import type { DeviceId, FacilityId } from '../../core/ids.ts'
import type { CalibrationRecord, Registry } from '../../core/registry.ts'
import { newId } from './records.ts'
import type { RegistrySchema } from './schema.ts'
import type { CalibrationTable } from './schema-trials.ts'

const calibrationOf = (row: Selectable<CalibrationTable>): CalibrationRecord => ({
  id: row.id,
  facility: row.facility as FacilityId,
  device: row.device as DeviceId,
  atMs: row.at_ms,
  laboratory: row.laboratory,
  certificate: row.certificate,
  result: row.result,
  dueDay: row.due_day,
  recordedMs: row.recorded_ms,
  recordedBy: row.recorded_by,
})

export function createDeviceHistory(db: Kysely<RegistrySchema>): Registry['deviceHistory'] {
  const firmwareOf = (facility: string, device: string) =>
    db.selectFrom('device_firmware').selectAll().where('facility', '=', facility).where('device', '=', device)
  return {
    async sawFirmware(facility, device, firmware, seenMs) {
      const last = await firmwareOf(facility, device).orderBy('seen_ms', 'desc').limit(1).executeTakeFirst()
      // What is older than the last word changes nothing: it came late.
      if (last && (last.firmware === firmware || last.seen_ms >= seenMs)) return false
      await db
        .insertInto('device_firmware')
        .values({ facility, device, firmware, seen_ms: seenMs })
        .onConflict(conflict => conflict.columns(['facility', 'device', 'seen_ms']).doNothing())
        .execute()
      return true
    },
    async firmware(facility, device) {
      const rows = await firmwareOf(facility, device).orderBy('seen_ms').execute()
      return rows.map(({ firmware, seen_ms }) => ({ firmware, seenMs: seen_ms }))
    },
    async addCalibration(record) {
      const calibration = { id: newId(), ...record }
      const { atMs, dueDay, recordedMs, recordedBy, ...same } = calibration
      await db
        .insertInto('device_calibrations')
        .values({ ...same, at_ms: atMs, due_day: dueDay, recorded_ms: recordedMs, recorded_by: recordedBy })
        .execute()
      return calibration
    },
    async calibrations(facility, device) {
      const rows = await db
        .selectFrom('device_calibrations')
        .selectAll()
        .where('facility', '=', facility)
        .where('device', '=', device)
        .orderBy('at_ms')
        .orderBy('id')
        .execute()
      return rows.map(calibrationOf)
    },
  }
}
