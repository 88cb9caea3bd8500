/** Notes in the registry which firmware each device is heard with, whenever it changes. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Registry } from '../../core/registry.ts'
import type { Feed } from '../live/feed.ts'
import { errorFields, type Log } from '../log.ts'

/** Of the time that noting may take. */
const SHARE = 0.2

export interface FirmwareNotes {
  /** Waits for what is being written. */
  stop(): Promise<void>
}

export function startFirmwareNotes({
  registry,
  feed,
  asSystem,
  log,
}: {
  registry: Pick<Registry, 'deviceHistory'>
  feed: Pick<Feed, 'onLive'>
  /** Runs a write as the platform's own: a device said it, nobody asked for it. */
  asSystem: (work: () => Promise<unknown>) => Promise<unknown>
  log: Log
}): FirmwareNotes {
  /** Last firmware of each device, by `{facility}.{device}`: what was noted needs no second look. */
  const noted = new Map<string, string>()
  let writing = Promise.resolve()
  let stopped = false

  feed.onLive((facility, { at, devices }) => {
    for (const { id, fw } of devices) {
      const key = `${facility}.${id}`
      if (fw === null || noted.get(key) === fw) continue
      noted.set(key, fw)
      writing = writing.then(() => note(facility, id, fw, at))
    }
  })
  const note = async (facility: string, device: string, firmware: string, seenMs: number): Promise<void> => {
    // Those that are left are heard again after the next start.
    if (stopped) return
    const beganMs = performance.now()
    try {
      await asSystem(() => registry.deviceHistory.sawFirmware(facility, device, firmware, seenMs))
    } catch (error) {
      // Heard again, it is tried again.
      noted.delete(`${facility}.${device}`)
      log.warn({ facility, device, ...errorFields(error) }, 'a firmware could not be noted')
    }
    // A thousand devices that are heard for the first time must not hold up the live boards.
    await sleep((performance.now() - beganMs) / SHARE)
  }
  return {
    stop() {
      stopped = true
      return writing
    },
  }
}
