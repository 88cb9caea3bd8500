/** What a build says beside its files: figures for the register and the report, and private facts for the gate. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PRIVATE_FILE, type PrivateSeries } from './layout.ts'

/** For the platform, not for the recipient: some of these are counts below k. */
export interface Published {
  participants: number
  kept: number
  classes: number
  groups: number
  /** Event types that occurred, and those told by their own name. */
  eventTypes: { occurred: number; told: number }
  seriesBins: { possible: number; told: number }
  cells: { told: number; suppressed: number }
}

export async function writePrivateSeries(folder: string, facts: PrivateSeries): Promise<void> {
  const file = join(folder, PRIVATE_FILE)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, `${JSON.stringify(facts)}\n`)
}
