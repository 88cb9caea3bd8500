/** Routes of a device's past: firmware and calibrations. */
import type { CalibrationRecord } from '../../../core/registry.ts'
import { fromWallClock, wallClock } from '../../../core/time.ts'
import { ownerOfDevice } from '../../auth/owners.ts'
import { createZoneClock } from '../../zone-clock.ts'
import type { Handlers } from '../call.ts'
import { createDeviceFinder } from '../find-device.ts'
import type { HandlerDeps } from './deps.ts'
import { instant } from './own.ts'

type Names = 'deviceFirmware' | 'calibrations' | 'addCalibration'

export function deviceHistoryHandlers({ registry, clock }: HandlerDeps): Pick<Handlers, Names> {
  const find = createDeviceFinder(registry)
  const findToWrite = createDeviceFinder(registry, 'Calibrations in a facility are recorded by its administrator.')
  return {
    async deviceFirmware({ may, params, query }) {
      const { device, facility } = await find(may, params.id, query.facility)
      const { format } = createZoneClock(facility.zone)
      const open = may.see('values', ownerOfDevice(device, facility))
      const seen = await registry.deviceHistory.firmware(device.facility, device.id)
      return {
        items: seen.map(({ firmware, seenMs }) => ({
          firmware,
          // A moment at which a device spoke may be a moment of somebody's life: its maker gets the day.
          seen: format(open ? seenMs : startOfDay(seenMs, facility.zone)),
        })),
      }
    },

    async calibrations({ may, params, query }) {
      const { device, facility } = await find(may, params.id, query.facility)
      const { format } = createZoneClock(facility.zone)
      const records = await registry.deviceHistory.calibrations(device.facility, device.id)
      return { items: records.map(record => calibrationView(record, format)) }
    },

    async addCalibration({ me, may, params, body }) {
      const { device, facility } = await findToWrite(may, params.id, body.facility)
      const record = await registry.deviceHistory.addCalibration({
        facility: device.facility,
        device: device.id,
        atMs: instant(body.at),
        laboratory: body.laboratory,
        certificate: body.certificate,
        result: body.result,
        dueDay: body.due,
        recordedMs: clock(),
        recordedBy: me.user,
      })
      return calibrationView(record, createZoneClock(facility.zone).format)
    },
  }
}

const calibrationView = (record: CalibrationRecord, format: (ms: number) => string) => ({
  id: record.id,
  at: format(record.atMs),
  laboratory: record.laboratory,
  certificate: record.certificate,
  result: record.result,
  due: record.dueDay,
  recorded: format(record.recordedMs),
  by: record.recordedBy,
})

const startOfDay = (ms: number, zone: string): number =>
  fromWallClock({ ...wallClock(ms, zone), hour: 0, minute: 0, second: 0 }, zone)
