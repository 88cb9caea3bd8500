/** Notes of firmware: a house of devices heard for the first time is noted beside the live boards, not before them. */
import { expect, it } from 'vitest'
import type { LiveMessage } from '../../core/platform-messages.ts'
import { startFirmwareNotes } from '../../server/devices/firmware-notes.ts'
import { createLog } from '../../server/log.ts'

type Heard = (facility: string, message: LiveMessage) => void

function start() {
  const noted: string[] = []
  let say: Heard = () => undefined
  const notes = startFirmwareNotes({
    // A store that answers at once, as SQLite does: what waits for it alone never lets anybody else run.
    registry: {
      deviceHistory: { sawFirmware: async (_facility: string, device: string) => noted.push(device) > 0 } as never,
    },
    feed: {
      onLive(listener: Heard) {
        say = listener
      },
    } as never,
    asSystem: work => work(),
    log: createLog('silent'),
  })
  const hear = (fw: string) =>
    say('demo', {
      at: 1,
      devices: Array.from({ length: 100 }, (_, i) => ({ id: `mat-${i}`, fw })),
    } as unknown as LiveMessage)
  return { noted, notes, hear }
}

it('lets others run between two devices', async () => {
  const { noted, notes, hear } = start()
  hear('1.0')
  await new Promise(resolve => setTimeout(resolve, 0))
  expect(noted.length).toBeLessThan(100)
  await notes.stop()
})

it('notes each firmware of a device once, and leaves the rest when it is told to stop', async () => {
  const { noted, notes, hear } = start()
  hear('1.0')
  hear('1.0')
  await expect.poll(() => noted.length).toBe(100)
  hear('1.1')
  await expect.poll(() => noted.length).toBeGreaterThan(105)
  await notes.stop()
  const stopped = noted.length
  expect(stopped).toBeLessThanOrEqual(200)
  expect(new Set(noted).size).toBe(100)
})
