/** Where the recordings lie, and how tests say that they are missing: skipped by name, or failing in CI. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'

const folder = process.env.RECORDINGS_DIR ?? fileURLToPath(new URL('../../../shared/recordings', import.meta.url))
export const recordingFolder = (name: string): string => join(folder, name)
export const tihmFolder = recordingFolder('tihm')

/** `describe` for tests that need a recording; the reason stands in the name of what is skipped. */
export function describeWithRecording(recording: string, name: string, tests: () => void): void {
  if (existsSync(recordingFolder(recording))) return void describe(name, tests)
  const reason = `no recording in ${recordingFolder(recording)}: set RECORDINGS_DIR`
  if (process.env.CI !== 'true') return void describe.skip(`${name} [skipped: ${reason}]`, tests)
  describe(name, () => {
    it('finds its recording', () => {
      throw new Error(reason)
    })
  })
}

export const describeWithTihm = (name: string, tests: () => void): void => describeWithRecording('tihm', name, tests)
