/** Plants texts in columns of the extracts that nothing may be kept of, and links extracts where the same readings are asked for again. */
import { link, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { EVENTS_FILE, READINGS_FILE } from '../../../server/export/trial/input.ts'
import { openDuckdb } from '../../../storage/duckdb.ts'

export const CANARIES = ['canary-boot', 'canary-mark'] as const

/** Boot names and marks of all readings become canaries; ids and names are canaries of their own. */
export async function plantCanaries(readings: string): Promise<void> {
  const database = await openDuckdb({ file: ':memory:', threads: 1, memoryLimitMb: 1_000 })
  try {
    const connection = await database.connect()
    const [boot, mark] = CANARIES
    await connection.run(
      `copy (select * replace ('${boot}' as boot, '${mark}' as marks) from read_parquet('${readings}'))
       to '${readings}.planted' (format parquet, compression zstd)`,
    )
  } finally {
    await database.close()
  }
  await rename(`${readings}.planted`, readings)
}

export async function linkExtracts(from: string, to: string): Promise<void> {
  for (const file of [READINGS_FILE, EVENTS_FILE]) await link(join(from, file), join(to, file))
}
