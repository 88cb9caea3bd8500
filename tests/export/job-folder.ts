// Makes job folders with readings of residents who do not exist, as the server would leave them for a build.
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { profileById } from '../../core/profiles/index.ts'
import { type ExportInput, exportInputSchema, READINGS_FILE } from '../../server/export/input.ts'
import { writeExportInput } from '../../server/export/job.ts'
import { createSigningKey } from '../../server/export/sign/key-file.ts'
import { openDuckdb } from '../../storage/duckdb.ts'

/** 2026-03-01 00:00 in Tokyo. */
export const START_MS = Date.UTC(2026, 1, 28, 15)
export const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

export interface PlainReading {
  device: string
  metric: string
  value: number | string
  deviceMs: number
  profile?: string
  facility?: string
  boot?: string
  marks?: string
}

export const residentId = (i: number): string => `resident${String(i).padStart(12, '0')}`
export const deviceId = (i: number): string => `spot-${String(i).padStart(3, '0')}`
/** Hour of the first day, Tokyo. */
export const atHour = (hour: number, minute = 0): number => START_MS + hour * HOUR_MS + minute * 60_000

type Loose = Record<string, unknown>

/** An input with so many residents, each with a spot set of their own and a consent from the first moment. */
export function inputFor(residents: number, changes: Loose = {}): ExportInput {
  const each = Array.from({ length: residents }, (_, i) => i)
  return exportInputSchema.parse({
    format: 1,
    release: 'release0000000000abc',
    request: 'request0000000000abc',
    product: 'P0',
    maker: 'demo-maker',
    zone: 'Asia/Tokyo',
    scope: { facility: 'sakura-en', device_types: ['vital.spot_set'], from: '2026-03-01', to: '2026-03-07' },
    from_ms: START_MS,
    to_ms: START_MS + 7 * DAY_MS,
    snapshot_ms: START_MS + 8 * DAY_MS,
    registry_version: 7,
    code_version: '0.1.0+test',
    profiles: [profileById('vital.spot_set')],
    devices: each.map(i => ({ id: deviceId(i), profile: 'vital.spot_set' })),
    placements: each.map(i => ({ device: deviceId(i), resident: residentId(i), from_ms: START_MS, to_ms: null })),
    consents: each.map(i => ({ resident: residentId(i), purpose: 'device_evaluation', from_ms: START_MS })),
    approvals: [
      { role: 'steward', by: 'steward@demo', at_ms: START_MS + 8 * DAY_MS },
      { role: 'steward', by: 'steward2@demo', at_ms: START_MS + 8 * DAY_MS },
    ],
    private_names: ['さくら苑', 'Sakura Garden Home', '101', '102', '2階東'],
    ...changes,
  })
}

/** Pulse of so many residents in the hours given, a few readings each, with values that tell residents apart. */
export function pulses(residents: number, hours: readonly number[], perResident = 3): PlainReading[] {
  return hours.flatMap(hour =>
    Array.from({ length: residents }, (_, i) =>
      Array.from({ length: perResident }, (_, n) => ({
        device: deviceId(i),
        metric: 'pulse',
        value: 60 + i + n / 3,
        deviceMs: atHour(hour, n * 7),
      })),
    ).flat(),
  )
}

/** Writes readings as TelemetrySource.extract does. */
export async function writeReadings(file: string, readings: readonly PlainReading[]): Promise<void> {
  const database = await openDuckdb({ file: ':memory:' })
  const connection = await database.connect()
  await connection.run(
    `create table readings (facility varchar, device varchar, profile varchar, metric varchar, value double, text varchar,
      key bigint, device_ms bigint, rx bigint, boot varchar, seq bigint, marks varchar)`,
  )
  const column = <T>(of: (reading: PlainReading, i: number) => T): T[] => readings.map(of)
  await connection.append(
    'readings',
    [...Array(4).fill('VARCHAR'), 'DOUBLE', 'VARCHAR', 'BIGINT', 'BIGINT', 'BIGINT', 'VARCHAR', 'BIGINT', 'VARCHAR'],
    [
      {
        rows: readings.length,
        columns: [
          column(r => r.facility ?? 'sakura-en'),
          column(r => r.device),
          column(r => r.profile ?? 'vital.spot_set'),
          column(r => r.metric),
          column(r => (typeof r.value === 'number' ? r.value : null)),
          column(r => (typeof r.value === 'string' ? r.value : null)),
          column((r, i) => BigInt(r.deviceMs) * 1_000_000n + BigInt(i % 1_000_000)),
          column(r => BigInt(r.deviceMs)),
          column(r => BigInt(r.deviceMs + 500)),
          column(r => r.boot ?? 'b1'),
          column((_, i) => BigInt(i)),
          column(r => r.marks ?? ''),
        ],
      },
    ],
  )
  await connection.run(`copy (select * from readings order by device, key, metric) to '${file}' (format parquet)`)
  await database.close()
}

/** A new folder below the system's temporary one, with input, readings and a signing key beside it. */
export async function jobFolder(input: ExportInput, readings: readonly PlainReading[]) {
  const root = await mkdtemp(join(tmpdir(), 'export-'))
  const folder = await mkdtemp(join(root, 'job-'))
  await writeReadings(join(folder, READINGS_FILE), readings)
  await writeExportInput(folder, input)
  const signingKeyFile = join(root, 'signing.key')
  const key = await createSigningKey(signingKeyFile)
  return { root, folder, signingKeyFile, key }
}
