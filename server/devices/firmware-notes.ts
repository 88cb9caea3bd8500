/** Notes in the registry which firmware each device is heard with, whenever it changes. */
import type { Registry } from '../../core/registry.ts'
import type { Feed } from '../live/feed.ts'
import { errorFields, type Log } from '../log.ts'

export interface FirmwareNotes {
  /** Waits for what is being written. */
  stop(): Promise<void>
}

export function startFirmwareNotes({
  registry,
  feed,
  log,
}: {
  registry: Pick<Registry, 'deviceHistory'>
  feed: Pick<Feed, 'onLive'>
  log: Log
}): FirmwareNotes {
  /** Last firmware of each device, by `{facility}.{device}`: what was noted needs no second look. */
  const noted = new Map<string, string>()
  let writing = Promise.resolve()

  feed.onLive((facility, { at, devices }) => {
    for (const { id, fw } of devices) {
      const key = `${facility}.${id}`
      if (fw === null || noted.get(key) === fw) continue
      noted.set(key, fw)
      writing = writing.then(() => note(facility, id, fw, at))
    }
  })
  const note = async (facility: string, device: string, firmware: string, seenMs: number): Promise<void> => {
    try {
      await registry.deviceHistory.sawFirmware(facility, device, firmware, seenMs)
    } catch (error) {
      // Heard again, it is tried again.
      noted.delete(`${facility}.${device}`)
      log.warn({ facility, device, ...errorFields(error) }, 'a firmware could not be noted')
    }
  }
  return { stop: () => writing }
}
