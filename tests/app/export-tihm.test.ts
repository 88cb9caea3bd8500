/** A P0 dataset of real recorded people: the published cells are those that a plain recount of the recording gives. */
import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { vitalSpotSet } from '../../core/profiles/vital-spot-set.ts'
import { fromWallClock } from '../../core/time.ts'
import { exportInputSchema } from '../../server/export/input.ts'
import { releaseFolderOf, startExportJob } from '../../server/export/job.ts'
import { parsePublicKey } from '../../server/export/sign/minisign.ts'
import { parseCsv } from '../../server/export/verify/csv.ts'
import { verifyPackage } from '../../server/export/verify/verify.ts'
import { readZip } from '../../server/export/zip.ts'
import { inputFor, jobFolder, type PlainReading } from '../export/job-folder.ts'

const recordings = process.env.RECORDINGS_DIR ?? '../shared/recordings'
const file = join(recordings, 'tihm/Physiology.csv')
const ZONE = 'Asia/Tokyo'

const METRICS: Record<string, string> = {
  'Body Temperature': 'body_temp',
  'Skin Temperature': 'skin_temp',
  'Systolic blood pressure': 'systolic',
  'Diastolic blood pressure': 'diastolic',
  'Heart rate': 'pulse',
  'Body weight': 'weight',
  'O/E - muscle mass': 'muscle_mass',
  'Total body water': 'body_water',
}

interface Recorded {
  person: string
  metric: string
  value: number
  hour: number
  deviceMs: number
}

function readRecording(): Recorded[] {
  const [, ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/)
  return lines.flatMap(line => {
    const [person = '', date = '', type = '', value = ''] = line.split(',')
    const metric = METRICS[type]!
    const definition = vitalSpotSet.metrics[metric as keyof typeof vitalSpotSet.metrics]!
    // As the gateway does: what is out of range is refused and never stored.
    if (definition.kind !== 'number' || Number(value) < definition.range[0] || Number(value) > definition.range[1])
      return []
    const [year, month, day, hour, minute, second] = date.split(/[- :]/).map(Number) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const deviceMs = fromWallClock({ year, month, day, hour, minute, second }, ZONE)
    return [{ person, metric, value: Number(value), hour, deviceMs }]
  })
}

/** The rule in the plainest form: group, count distinct people, keep what has twelve. */
function recount(recorded: readonly Recorded[]) {
  const cells = new Map<string, { values: number[]; people: Map<string, number> }>()
  for (const { metric, hour, value, person } of recorded) {
    const cell = cells.get(`${metric},${hour}`) ?? { values: [], people: new Map<string, number>() }
    cells.set(`${metric},${hour}`, cell)
    cell.values.push(value)
    cell.people.set(person, (cell.people.get(person) ?? 0) + 1)
  }
  return cells
}

const roots: string[] = []
afterAll(async () => {
  await Promise.all(roots.map(root => rm(root, { recursive: true, force: true })))
})

describe.skipIf(!existsSync(file) && process.env.CI !== 'true')(
  'TIHM physiology (needs the recordings, RECORDINGS_DIR)',
  () => {
    test('about 55 of the 151 cells that hold anything are published, each as a plain recount gives it', async () => {
      const recorded = readRecording()
      const people = [...new Set(recorded.map(({ person }) => person))]
      const idOf = new Map(people.map((person, i) => [person, `person${String(i).padStart(14, '0')}`]))
      const first = fromWallClock({ year: 2019, month: 4, day: 1, hour: 0, minute: 0, second: 0 }, ZONE)
      const input = exportInputSchema.parse({
        ...inputFor(12),
        demonstration: true,
        scope: { facility: 'replay-home', device_types: ['vital.spot_set'], from: '2019-04-01', to: '2019-06-30' },
        from_ms: first,
        to_ms: first + 91 * 86_400_000,
        devices: people.map(person => ({ id: `vital-${person}`, profile: 'vital.spot_set' })),
        placements: people.map(person => ({
          device: `vital-${person}`,
          resident: idOf.get(person),
          from_ms: first,
          to_ms: null,
        })),
        consents: people.map(person => ({ resident: idOf.get(person), purpose: 'device_evaluation', from_ms: first })),
      })
      const readings = recorded.map(
        ({ person, metric, value, deviceMs }): PlainReading => ({
          facility: 'replay-home',
          device: `vital-${person}`,
          metric,
          value,
          deviceMs,
        }),
      )
      const { root, folder, signingKeyFile } = await jobFolder(input, readings)
      roots.push(root)

      const result = await startExportJob({ folder, signingKeyFile })
      const cells = recount(recorded)
      const expected = [...cells].filter(([, cell]) => cell.people.size >= 12)
      expect(cells.size).toBe(151)
      expect(result.published).toBeGreaterThanOrEqual(50)
      expect(result.published).toBe(expected.length)

      const zipFile = join(releaseFolderOf(folder), result.files[0]!.name)
      expect((await verifyPackage(zipFile, parsePublicKey(result.publicKey))).ok).toBe(true)
      const zip = await readZip(zipFile)
      if (!zip.ok) throw new Error(zip.detail)
      const csv = zip.entries.find(entry => entry.path.endsWith('/p0-hourly.csv'))!.content.toString()
      const [, ...rows] = parseCsv(csv)!
      for (const [metric, , hour, count, residents, mean] of rows) {
        const cell = cells.get(`${metric},${hour}`)!
        expect([Number(count), Number(residents)]).toEqual([cell.values.length, cell.people.size])
        const digits = mean!.split('.')[1]!.length
        const plain = cell.values.reduce((sum, value) => sum + value, 0) / cell.values.length
        expect(Math.abs(Number(mean) - plain)).toBeLessThanOrEqual(0.5 * 10 ** -digits + 1e-6)
      }
      const whole = zip.entries.map(entry => entry.content.toString('latin1')).join('\n')
      for (const person of people)
        expect(whole.includes(`vital-${person}`) || whole.includes(idOf.get(person)!)).toBe(false)
    })
  },
)
