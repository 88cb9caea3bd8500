/** Thins the past of devices that measure every few seconds: a day of it would take half an hour to send at the rate a device may. */
import type { DeviceProfile } from '../../core/profile.ts'
import { isEvent } from '../sample.ts'
import type { Simulate } from '../simulators/simulator.ts'

const MINUTE_MS = 60_000
/** Periods up to this are thinned. */
const DENSE_S = 30

/** Whether the type measures more than once a minute all day, not only while it is used. */
export const isDense = (profile: DeviceProfile): boolean =>
  Object.values(profile.metrics).some(({ sampling }) => sampling.how === 'periodic' && sampling.seconds <= DENSE_S)

/** The same device with one telemetry a minute of each set of metrics; events all stay. */
export const oneAMinute =
  (simulate: Simulate): Simulate =>
  (fromMs, toMs) => {
    const sent = new Map<string, number>()
    return simulate(fromMs, toMs).filter(sample => {
      if (isEvent(sample)) return true
      const names = Object.keys(sample.metrics).join(' ')
      const minute = Math.floor(sample.atMs / MINUTE_MS)
      const fresh = sent.get(names) !== minute
      sent.set(names, minute)
      return fresh
    })
  }
