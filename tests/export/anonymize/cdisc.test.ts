// The subjects of a real trial through the command's engine: k=12, and three treatment arms in every class.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test, vi } from 'vitest'
import { anonymize } from '../../../server/export/anonymize/command/anonymize.ts'
import { describeWithRecording } from '../../device-sim/recordings.ts'
import { CDISC, cdiscPolicy, cdiscSubjects, weightedPolicy } from './cdisc.ts'
import { sizesOf } from './recount.ts'

const folder = mkdtempSync(join(tmpdir(), 'cdisc-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// On a busy machine searches take their time.
vi.setConfig({ testTimeout: 120_000 })

describeWithRecording(CDISC, 'subjects of the CDISC pilot trial', () => {
  test('12 or more in every class, at least three arms in each, no identifier left', async () => {
    const report = await anonymize({ data: cdiscSubjects, policy: cdiscPolicy, out: folder })
    expect(report).toMatchObject({ records: 179, suppressed: 3, classes: 3, levels: [3, 1, 0, 0, 1], optimal: true })
    expect(report.loss).toBeCloseTo(0.5258, 4)
    const written = readFileSync(join(folder, 'anonymized.csv'), 'utf8')
    const [header, ...rows] = written
      .trimEnd()
      .split('\n')
      .map(row => row.split(','))
    expect(header).toEqual(['SITEID', 'AGE', 'SEX', 'RACE', 'ETHNIC', 'ARM'])
    expect(Math.min(...sizesOf(rows.map(row => row.slice(0, 5))))).toBeGreaterThanOrEqual(12)
    expect(written).not.toMatch(/01-7\d\d-\d{4}|\d{4}-\d\d-\d\d/)
  })

  test('what weighs more is kept', async () => {
    const policy = join(folder, 'weighted.json')
    weightedPolicy([4, 4, 1, 1, 1], policy)
    const report = await anonymize({ data: cdiscSubjects, policy, out: folder })
    expect(report).toMatchObject({ suppressed: 7, classes: 3, levels: [3, 0, 0, 1, 1] })
  })
})
