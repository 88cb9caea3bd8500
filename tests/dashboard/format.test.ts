/** Shows that times are the facility's, and spans, units and themes read as people of each language write them. */
import { setupI18n } from '@lingui/core'
import { describe, expect, it } from 'vitest'
import { unitOf } from '../../core/profile.ts'
import { profiles } from '../../core/profiles/index.ts'
import { standingOf } from '../../dashboard/src/devices/standing.ts'
import {
  ago,
  dayWithWeekday,
  hourMinuteSecond,
  running,
  shortSpan,
  span,
  unitText,
  whenShort,
  zoneName,
} from '../../dashboard/src/format.ts'
import type { Say } from '../../dashboard/src/language.ts'
import { themeAt } from '../../dashboard/src/theme.ts'
import en from '../../dashboard/src/words/en.json' with { type: 'json' }
import ja from '../../dashboard/src/words/ja.json' with { type: 'json' }
import ko from '../../dashboard/src/words/ko.json' with { type: 'json' }
import { makeDevices } from '../e2e/support/scene.ts'

const speak = (locale: string, words: Record<string, string>): Say => {
  const i18n = setupI18n({ locale, messages: { [locale]: words } })
  return (id, values) => i18n._(id, values)
}
const say = { ja: speak('ja', ja), ko: speak('ko', ko), en: speak('en', en) }
const NIGHT = Date.parse('2026-11-22T20:42:18Z')
const MINUTE = 60_000

describe('times', () => {
  it('are those of the facility', () => {
    expect(hourMinuteSecond(NIGHT, 'Asia/Tokyo')).toBe('05:42:18')
    expect(hourMinuteSecond(Date.parse('2026-11-22T15:00:00Z'), 'Asia/Tokyo')).toBe('00:00:00')
  })

  it.each([
    ['ja', '11月23日(月)'],
    ['ko', '11월 23일(월)'],
    ['en', 'Mon 23 Nov'],
  ] as const)('have their day in %s as %s', (language, text) => {
    expect(dayWithWeekday(NIGHT, 'Asia/Tokyo', language)).toBe(text)
  })

  it('name their zone', () => {
    expect([zoneName('Asia/Tokyo', NIGHT), zoneName('Asia/Seoul', NIGHT)]).toEqual(['JST', 'KST'])
  })

  it('carry the day only when it is another one', () => {
    expect(whenShort(NIGHT - 60 * MINUTE, NIGHT, 'Asia/Tokyo', 'ja')).toBe('04:42')
    expect(whenShort(NIGHT - 600 * MINUTE, NIGHT, 'Asia/Tokyo', 'ja')).toBe('11月22日 19:42')
  })
})

describe('spans', () => {
  it.each([
    [30_000, '1分未満', '1분 미만', '<1 min'],
    [8 * MINUTE, '8分', '8분', '8 min'],
    [134 * MINUTE, '2時間14分', '2시간 14분', '2 h 14 min'],
    [120 * MINUTE, '2時間', '2시간', '2 h'],
    [76 * 60 * MINUTE, '3日4時間', '3일 4시간', '3 d 4 h'],
  ])('of %i ms are %s, %s, %s', (ms, inJa, inKo, inEn) => {
    expect([span(ms, say.ja), span(ms, say.ko), span(ms, say.en)]).toEqual([inJa, inKo, inEn])
  })

  it('are whole hours on a wall', () => {
    expect(shortSpan(134 * MINUTE, say.ja)).toBe('2時間')
  })

  it('say how long ago, and run by the second', () => {
    expect(ago(11 * MINUTE, say.ja)).toBe('11分前')
    expect([running(23_000), running(728_000), running(3_731_000)]).toEqual(['0:23', '12:08', '1:02:11'])
  })
})

describe('units', () => {
  it('are written as people write them', () => {
    expect(['/min', 'Cel', 'mm[Hg]', '%', '{count}'].map(unit => unitText(unit, say.ja))).toEqual([
      '回/分',
      '℃',
      'mmHg',
      '%',
      '回',
    ])
    expect(unitText('/min', say.ko)).toBe('회/분')
    expect(unitText(null, say.en)).toBe('')
  })

  it('of the whole catalogue are shown as people write them, without the signs of the code', () => {
    const metrics = profiles.flatMap(profile => Object.values(profile.metrics))
    for (const language of ['ja', 'ko', 'en'] as const)
      for (const metric of metrics) expect(unitText(unitOf(metric), say[language])).not.toMatch(/[{}[\]]/)
  })
})

describe('the theme', () => {
  it.each([
    ['2026-11-23T20:59:59+09:00', 'light'],
    ['2026-11-23T21:00:00+09:00', 'night'],
    ['2026-11-23T05:59:59+09:00', 'night'],
    ['2026-11-23T06:00:00+09:00', 'light'],
  ])('at %s is %s by itself', (time, theme) => {
    expect(themeAt('auto', Date.parse(time), 'Asia/Tokyo')).toBe(theme)
    expect(themeAt('light', Date.parse(time), 'Asia/Tokyo')).toBe('light')
  })
})

describe('the standing of a device', () => {
  const devices = new Map(makeDevices(NIGHT).map(device => [device.id as string, device]))
  it.each([
    ['mat-0305', 'offline'],
    ['mat-0210', 'stale'],
    ['mat-0302', 'skewed'],
    ['mat-0315', 'battery'],
    ['mat-0212', 'ageing'],
    ['spare-spot-set', 'never'],
    ['mat-0201', 'fine'],
  ])('of %s is %s', (id, standing) => {
    const device = devices.get(id)
    expect(device && standingOf(device)).toBe(standing)
  })

  it('is never fine when the list can no longer be renewed', () => {
    for (const device of devices.values()) expect(standingOf(device, true)).not.toBe('fine')
  })
})
