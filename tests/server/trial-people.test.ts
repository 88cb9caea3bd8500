/** What a trial's build is told of a participant, and of earlier releases after an erasure. */
import { expect, test } from 'vitest'
import type { ReleaseMember, ReleaseRecord } from '../../core/registry-releases.ts'
import { earlierOf } from '../../server/datasets/trial/earlier.ts'
import { known } from '../../server/datasets/trial/people.ts'

const identity = {
  ...{ name: '検査 花子', kana: null, number: null, birthDate: '1940-11-10', admittedOn: '2025-11-10' },
  ...{ sex: 'female' as const, diagnosisGroup: null },
}
const level = (fromDay: string, of: 'care_1' | 'care_3') => ({
  ...{ id: fromDay, resident: 'r', level: of, fromDay, recordedMs: 0, recordedBy: 'admin' },
})

test('whole years and days count to the day of enrolment in the facility’s zone, and no day goes along', () => {
  // 10 November in Tokyo, still the 9th in UTC.
  const enrolledMs = Date.UTC(2026, 10, 9, 15)
  const levels = [level('2025-01-01', 'care_1'), level('2026-11-10', 'care_3'), level('2026-11-11', 'care_1')]
  expect(known(identity, levels, enrolledMs, 'Asia/Tokyo')).toEqual({
    ...{ age: 86, sex: 'female', care_level: 'care_3', diagnosis_group: null, stay_days: 365 },
  })
  expect(known(identity, levels, enrolledMs - 1, 'Asia/Tokyo')).toMatchObject({ age: 85, care_level: 'care_1' })
  expect(known(undefined, [], enrolledMs, 'Asia/Tokyo')).toEqual({
    ...{ age: null, sex: null, care_level: null, diagnosis_group: null, stay_days: null },
  })
})

test('an erased person is named without class, and the class and groups that lost somebody without a person', () => {
  const trial = {
    ...{ trial: 'trial0001', levels: { age: 1 }, contentSha256: '', rebuiltManifestSha256: '', keyDestroyedMs: 1 },
    ...{ classes: { a: 2 }, groups: { s: { g: 2 } } },
  }
  const members: ReleaseMember[] = [
    { resident: 'resident1', class: 'a', groups: { s: 'g' } },
    { resident: 'resident2', class: null, groups: {} },
  ]
  expect(earlierOf({ id: 'release1', product: 'P1', trial } as unknown as ReleaseRecord, members)).toEqual({
    ...{ release: 'release1', trial: 'trial0001', product: 'P1', levels: { age: 1 } },
    members: [
      { subject: 'resident1', class: 'a', groups: { s: 'g' } },
      { subject: 'resident2', class: null, groups: {} },
      { subject: null, class: 'a', groups: {} },
      { subject: null, class: null, groups: { s: 'g' } },
    ],
  })
})
