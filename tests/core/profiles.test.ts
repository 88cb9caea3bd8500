/** The device catalogue: units are real UCUM (checked by an independent library), texts complete, names never change their kind. */
import { UcumLhcUtils } from '@lhncbc/ucum-lhc'
import { expect, test } from 'vitest'
import { profileSchema } from '../../core/profile.ts'
import { profileById, profiles } from '../../core/profiles/index.ts'

const ucum = UcumLhcUtils.getInstance()
const metrics = profiles.flatMap(p =>
  Object.entries(p.metrics).map(([name, metric]) => ({ profile: p.id, name, metric })),
)

test.each(
  metrics.filter(({ metric }) => metric.kind === 'number').map(({ profile, name, metric }) => [profile, name, metric]),
)('%s %s has a UCUM unit', (_profile, _name, metric) => {
  const unit = metric.kind === 'number' ? metric.unit : ''
  expect(ucum.validateUnitString(unit).status).toBe('valid')
})

test('an invented unit is found by the same check', () => {
  expect(ucum.validateUnitString('bpm').status).not.toBe('valid')
})

test('every family of the mission has at least two types', () => {
  for (const family of ['medical_robot', 'digital_rehabilitation', 'smart_elderly_care'])
    expect(profiles.filter(p => p.family === family).length).toBeGreaterThanOrEqual(2)
})

test('a metric name has one kind and one unit over all profiles', () => {
  const kinds = new Map<string, string>()
  for (const { name, metric } of metrics) {
    const kind = metric.kind === 'number' ? `number ${metric.unit}` : metric.kind
    expect(kinds.get(name) ?? kind, name).toBe(kind)
    kinds.set(name, kind)
  }
})

test('ranges are in order, usual values lie within them, board metrics exist', () => {
  for (const { name, metric } of metrics) {
    if (metric.kind !== 'number') continue
    expect(metric.range[0], name).toBeLessThan(metric.range[1])
    if (metric.plausible) {
      expect(metric.plausible[0], name).toBeGreaterThanOrEqual(metric.range[0])
      expect(metric.plausible[1], name).toBeLessThanOrEqual(metric.range[1])
    }
  }
  for (const p of profiles) for (const name of p.board) expect(Object.keys(p.metrics)).toContain(name)
})

test('a profile survives JSON, as a maker would send it', () => {
  for (const p of profiles) expect(profileSchema.parse(JSON.parse(JSON.stringify(p)))).toEqual(p)
})

test('a profile with free text, an unknown key or four board metrics is refused', () => {
  const base = structuredClone(profileById('bed.sleep_mat')) as unknown as Record<string, unknown>
  expect(profileSchema.safeParse({ ...base, comment: 'x' }).success).toBe(false)
  expect(profileSchema.safeParse({ ...base, board: ['a', 'b', 'c', 'd'] }).success).toBe(false)
  expect(profileSchema.safeParse({ ...base, metrics: { note: { kind: 'text' } } }).success).toBe(false)
})
