/** What the tortured processes are told at their start, in the environment variable FAULT_CONFIG. */
import type { FacilityId } from '../../core/ids.ts'

export const FACILITY = 'demo' as FacilityId
/** Small, so that segments are made and forgotten all the time. */
export const SEGMENT_BYTES = 200_000
export const SPOOL_MAX_BYTES = 1e9

/** The guarantee broken on purpose. `lying`: syncing does nothing. `hasty`: acknowledged before the commit. */
export type Sabotage = 'none' | 'lying' | 'hasty'

interface Shared {
  spoolDir: string
  devices: readonly string[]
  sabotage: Sabotage
}
export type ProcessConfig =
  | (Shared & { kind: 'embedded'; dir: string; port: number })
  | (Shared & {
      kind: 'outside'
      brokerUrl: string
      influx: { url: string; token: string; org: string; bucket: string }
    })
