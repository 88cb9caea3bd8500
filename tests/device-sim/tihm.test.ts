/** The TIHM recording as devices: the mapping on a small folder, the whole on the real one, and how days are moved. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deviceIdSchema } from '../../core/ids.ts'
import { profileById } from '../../core/profiles/index.ts'
import { formatInZone } from '../../core/time.ts'
import { type Recording, samplesOf, shiftTo, spanOf } from '../../device-sim/replay/recording.ts'
import { isTihm, readTihm } from '../../device-sim/replay/tihm.ts'
import { describeWithTihm, tihmFolder } from './recordings.ts'

const NOW = Date.UTC(2026, 10, 23, 6)
const DAY = 86_400_000

describe('a small folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-tihm-'))
  const write = (file: string, ...lines: string[]) => writeFileSync(join(folder, file), `${lines.join('\n')}\n`)
  let recording: Recording
  const device = (id: string) => recording.devices.find(d => d.id === id)

  beforeAll(() => {
    mkdirSync(join(folder, 'activity'))
    write(
      'Physiology.csv',
      'patient_id,date,device_type,value,unit',
      'aaaa1,2019-06-28 13:42:09,Body Temperature,36.072,Cel',
      'aaaa1,2019-06-28 13:42:09,Body Temperature,36.072,Cel',
      'aaaa1,2019-06-28 13:41:00,Heart rate,71,beats/min',
      'bbbb2,2019-06-28 08:00:00,Skin Temperature,74.127,Cel',
    )
    write(
      'activity/aaaa1.csv',
      'id,location,date-time,date',
      'aaaa1,front-door,2019-06-29 10:00:00,2019-06-29',
      'aaaa1,kitchen,2019-06-29 10:00:01,2019-06-29',
    )
    write(
      'activity/bbbb2.csv',
      'id,location_name,date,day,half',
      'bbbb2,fridge-door,2019-06-30 23:50:00,2019-06-30,12-24',
    )
    write(
      'Sleep_nightly_aggregated.csv',
      'patient_id,window_start,mean_HR,HR_var,mean_RR,RR_var,WASO,SOL,TIB,TST,SE,snoring_counts,agitation',
      'aaaa1,2019-06-29 18:00:00,59.6,,15.3,1.2,0.0,14.0,22.0,-14.0,-63.6,0.0,1.0',
    )
    recording = readTihm(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('each person has a set for vital signs whose rows are single measurements in order of time', () => {
    expect(device('tihm-aaaa1-vitals')?.rows.map(row => row.metrics)).toEqual([
      { pulse: 71 },
      { body_temp: 36.072 },
      { body_temp: 36.072 },
    ])
    expect(device('tihm-bbbb2-vitals')?.rows[0]?.metrics).toEqual({ skin_temp: 74.127 })
  })

  test('doors open and rooms see motion, whatever a file calls its columns', () => {
    expect(device('tihm-aaaa1-front-door')?.rows[0]?.metrics).toEqual({ door_open: true })
    expect(device('tihm-aaaa1-kitchen')?.rows[0]?.metrics).toEqual({ motion_detected: true })
    expect(device('tihm-bbbb2-fridge-door')?.rows).toEqual([
      { localMs: Date.UTC(2019, 5, 30, 23, 50), metrics: { door_open: true } },
    ])
  })

  test('a night keeps its impossible figures and leaves out the empty ones', () => {
    const night = device('tihm-aaaa1-bed')?.rows[0]?.metrics
    expect(night).toMatchObject({ total_sleep: -14, sleep_efficiency: -63.6, agitation: true, night_heart_rate: 59.6 })
    expect(night).not.toHaveProperty('night_heart_rate_sd')
  })

  test('an unreadable row is named', () => {
    write('activity/cccc3.csv', 'id,location,date-time,date', 'cccc3,kitchen,yesterday,2019-06-29')
    expect(() => readTihm(folder)).toThrow('cccc3.csv line 2')
    rmSync(join(folder, 'activity/cccc3.csv'))
    expect(() => readTihm(join(folder, 'nowhere'))).toThrow()
  })
})

describe('moving days', () => {
  const recordingAt = (...localMs: number[]): Recording => ({
    name: 'x',
    devices: [
      { id: 'x-1', profile: 'p', person: '1', table: 't', rows: localMs.map(ms => ({ localMs: ms, metrics: {} })) },
    ],
  })
  const last = Date.UTC(2019, 5, 30, 23, 59)

  test.each(['Asia/Tokyo', 'Asia/Seoul', 'Europe/London', 'America/New_York'])(
    'the end lies in the last 24 hours and the wall clock is kept when the zone is %s',
    zone => {
      const recording = recordingAt(Date.UTC(2019, 2, 31, 18), last)
      for (const now of [NOW, NOW + DAY / 3, NOW + DAY / 1.5]) {
        const shift = shiftTo(recording, now, zone)
        expect(shift.at(last)).toBeLessThanOrEqual(now)
        expect(now - shift.at(last)).toBeLessThanOrEqual(DAY + 3_600_000)
        expect(formatInZone(shift.at(last), zone)).toContain('T23:59:00')
        expect(formatInZone(shift.firstDayMs, zone)).toContain('T00:00:00')
        expect(shift.firstDayMs).toBeLessThanOrEqual(shift.at(Date.UTC(2019, 2, 31, 18)))
      }
    },
  )

  test('all times move by the same whole days', () => {
    const shift = shiftTo(recordingAt(Date.UTC(2019, 3, 1, 7, 58, 18), last), NOW, 'Asia/Tokyo')
    expect(shift.at(Date.UTC(2019, 3, 1, 7, 58, 18))).toBe(Date.UTC(2019, 3, 1 + shift.days, 7, 58, 18) - 9 * 3_600_000)
  })
})

describeWithTihm('the recording itself', () => {
  const lines = (file: string): number => readFileSync(join(tihmFolder, file), 'utf8').trimEnd().split('\n').length - 1

  test('every row of every table is one row of one device', () => {
    expect(isTihm(tihmFolder)).toBe(true)
    const { devices } = readTihm(tihmFolder)
    const perTable = new Map<string, number>()
    for (const { table, rows } of devices) perTable.set(table, (perTable.get(table) ?? 0) + rows.length)
    for (const [table, rows] of perTable) expect(rows, table).toBe(lines(table))
    expect([...perTable.values()].reduce((a, b) => a + b, 0)).toBe(78_892)
    expect(perTable.size).toBe(9)
  })

  test('its devices have valid names, known profiles and only metrics of these', () => {
    for (const { id, profile, rows } of readTihm(tihmFolder).devices) {
      deviceIdSchema.parse(id)
      const known = profileById(profile)?.metrics ?? {}
      const used = new Set(rows.flatMap(row => Object.keys(row.metrics)))
      expect(
        [...used].filter(metric => !(metric in known)),
        id,
      ).toEqual([])
    }
  })

  test('it spans three months and 28 people', () => {
    const recording = readTihm(tihmFolder)
    const { firstMs, lastMs } = spanOf(recording)
    expect(new Date(firstMs).toISOString()).toContain('2019-03-31')
    expect(new Date(lastMs).toISOString()).toContain('2019-06-30')
    expect(new Set(recording.devices.map(({ person }) => person)).size).toBe(28)
    const shift = shiftTo(recording, NOW, 'Asia/Tokyo')
    for (const device of recording.devices) {
      const times = samplesOf(device, shift).map(({ atMs }) => atMs)
      expect(times).toEqual(times.toSorted((a, b) => a - b))
    }
  })
})
