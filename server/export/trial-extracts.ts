/** Makes one file of the readings of a trial's sites, each of which was copied by itself. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { openDuckdb } from '../../storage/duckdb.ts'
import { copyToParquet } from '../../storage/telemetry/parquet.ts'
import { READINGS_FILE } from './trial/input.ts'

const PART = /^readings-\d+\.parquet$/
const MEMORY_LIMIT_MB = 1_024

export const readingsPart = (n: number): string => `readings-${n}.parquet`

/** In order of facility, device, key and metric. Without parts the file is there already, or missing for whoever reads it. */
export async function mergeReadings(folder: string): Promise<void> {
  const parts = (await readdir(folder)).filter(name => PART.test(name)).map(name => join(folder, name))
  if (parts.length === 0) return
  const database = await openDuckdb({
    file: ':memory:',
    memoryLimitMb: MEMORY_LIMIT_MB,
    tempFolder: join(folder, 'merge'),
  })
  try {
    const connection = await database.connect()
    const list = parts.map(path => `'${path.replaceAll("'", "''")}'`).join(', ')
    const sql = `select * from read_parquet([${list}]) order by facility, device, key, metric`
    await copyToParquet(connection, { sql, file: join(folder, READINGS_FILE) })
  } catch (cause) {
    throw new AppError('readings_unreadable', 'The extracts of the readings cannot be read', { cause })
  } finally {
    await database.close()
    await rm(join(folder, 'merge'), { recursive: true, force: true })
  }
  await Promise.all(parts.map(path => rm(path)))
}
