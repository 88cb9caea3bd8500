// The message ledger over HTTP: figures, pages, silence of the gateway, and who sees how much of it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { HOUR_MS, type LedgerRow } from '../../core/ledger.ts'
import { conflict, deadLetter, type Kept, ledgerRow, playGateway, rejection } from '../server/fake-gateway.ts'
import { type Client, DAY_MS, type Platform, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

/** 15:28 in Tokyo. */
const NOON = Date.parse('2026-11-23T15:28:00+09:00')
const THIS_HOUR = Date.parse('2026-11-23T15:00:00+09:00')
const YESTERDAY = Date.parse('2026-11-22T10:00:00+09:00')
/** Only in payloads. */
const VALUES = /9001|9002/

describeWith(mosquitto, 'the message ledger over HTTP', () => {
  let now = NOON
  let platform: Platform
  let sunny: Kept
  let bench: Kept
  beforeAll(async () => {
    platform = await startPlatform({ clock: () => now })
    sunny = await playGateway(platform.broker, 'sunny')
    bench = await playGateway(platform.broker, 'bench-mats')
  })
  afterAll(() => platform?.stop())
  beforeEach(() => {
    // What was asked before is no longer fresh.
    now += 60_000
    Object.assign(sunny, {
      rows: [
        ledgerRow('mat-1', THIS_HOUR, 100, { committed: 103, duplicate: 3, missing: 5, expected: 105, late: 2 }),
        ledgerRow('mat-1', THIS_HOUR - HOUR_MS, 200, { recounted: 200, recounted_at: THIS_HOUR }),
        ledgerRow('mat-1', YESTERDAY, 5_000, { missing: 10, expected: 5_010 }),
        ledgerRow('mat-2', YESTERDAY, 90, { missing: 10, expected: 100 }),
        ledgerRow('lift-1', THIS_HOUR, 50, { committed: 52, refused: 2 }),
        ledgerRow('', THIS_HOUR, 0, { packets: 1, committed: 1, refused: 1 }),
      ],
      rejections: [
        rejection('mat-1', NOON - 1_000),
        rejection('lift-1', NOON - 2_000, { reason: 'schema', fields: [], part: false }),
        rejection('mat-1', YESTERDAY, { fields: ['Room 305 <72>', 'pulse_71', 'heart_rate'] }),
        rejection('mat-2', YESTERDAY + 1),
      ],
      conflicts: [conflict('mat-1', NOON - 3_000)],
      letters: [deadLetter('mat-1', NOON - 4_000), deadLetter('mat-2', NOON - 5_000, { reason: 'still_refused' })],
      error: null,
      perAnswer: 1_000,
      asked: [],
    })
    bench.rejections = [rejection('mat-b', NOON - 1_000)]
    bench.rows = [ledgerRow('mat-b', THIS_HOUR, 7)]
  })
  const as = (person: string): Promise<Client> => platform.as(person)

  describe('the ledger', () => {
    it('sums the last 24 hours and pages through their rows', async () => {
      sunny.perAnswer = 2
      const admin = await as('admin')
      const { status, body } = await admin.get('/ledger?limit=2')
      expect(status).toBe(200)
      expect(body).toMatchObject({
        facility: 'sunny',
        from: '2026-11-22T16:00:00.000+09:00',
        to: '2026-11-23T16:00:00.000+09:00',
        balanced: true,
        failing: [],
        totals: { committed: 356, accepted: 350, duplicate: 3, refused: 3, stored: 350, missing: 5 },
        recount: { rows: 1, of: 4, stored: 200, found: 200, oldest_at: '2026-11-23T15:00:00.000+09:00' },
      })
      expect(body.items.map((row: { device: string }) => row.device)).toEqual(['mat-1', ''])
      const second = await admin.get(`/ledger?limit=2&after=${encodeURIComponent(body.next)}`)
      expect(second.body.items.map((row: { device: string }) => row.device)).toEqual(['lift-1', 'mat-1'])
      expect(second.body).toMatchObject({ next: null, totals: { committed: 356 } })
    })

    it.each<[string, Partial<LedgerRow>, number | null]>([
      ['fates', { accepted: 99, stored: 99 }, 1],
      ['store', { stored: 99 }, 1],
      ['recount', { recounted: 99, recounted_at: THIS_HOUR, red: ['recount'] }, -1],
      ['packets', { red: ['packets'] }, null],
    ])('is red and names %s when that does not hold', async (equation, change, difference) => {
      sunny.rows = [ledgerRow('mat-1', THIS_HOUR, 100, change)]
      const { body } = await (await as('operator')).get('/ledger?facility=sunny')
      expect(body.balanced).toBe(false)
      expect(body.failing).toEqual([{ equation, device: 'mat-1', hour: '2026-11-23T15:00:00.000+09:00', difference }])
      expect(body.items[0].red).toEqual([equation])
    })

    it('waits for the ledger to count what the store already has, unless the gateway says that it never will', async () => {
      sunny.rows = [ledgerRow('mat-1', THIS_HOUR, 100, { stored: 102 })]
      const operator = await as('operator')
      const { body } = await operator.get('/ledger?facility=sunny')
      expect(body).toMatchObject({ balanced: true, totals: { accepted: 100, stored: 100 } })
      sunny.rows = [ledgerRow('mat-1', THIS_HOUR, 100, { stored: 102, red: ['store'] })]
      now += 60_000
      const later = await operator.get('/ledger?facility=sunny')
      expect(later.body).toMatchObject({ balanced: false, failing: [{ equation: 'store', difference: -2 }] })
    })

    it('asks the store anew when told to, and staff may not tell it to', async () => {
      await (await as('auditor')).get('/ledger?facility=sunny&recount=true')
      expect(sunny.asked.at(-1)?.filter.recount).toBe(true)
      expect((await (await as('staff')).get('/ledger?recount=true')).status).toBe(403)
    })

    it('shows what a recount found at once, whatever was read just before', async () => {
      const operator = await as('operator')
      await operator.get('/ledger/devices?facility=sunny')
      sunny.rows = sunny.rows.map(row => ({ ...row, recounted: row.stored, recounted_at: now }))
      await operator.get('/ledger?facility=sunny&recount=true')
      expect((await operator.get('/ledger/devices?facility=sunny')).body.recount).toMatchObject({ rows: 4, of: 4 })
    })

    it('asks the gateway once when many look at the same time', async () => {
      const admin = await as('admin')
      const answers = await Promise.all(Array.from({ length: 10 }, () => admin.get('/ledger/devices')))
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
      expect(sunny.asked).toHaveLength(1)
    })

    it('refuses times that do not exist, are reversed, or span more than a week', async () => {
      const admin = await as('admin')
      for (const query of [
        'from=2026-11-23T00:00:00%2B09:00&to=2026-11-22T00:00:00%2B09:00',
        'from=2026-11-01T00:00:00%2B09:00&to=2026-11-23T00:00:00%2B09:00',
        'from=2026-02-30T00:00:00%2B09:00',
        'from=yesterday',
      ])
        expect([query, (await admin.get(`/ledger?${query}`)).status]).toEqual([query, 400])
    })

    it('has a line for every enrolled device, heard or not, and for names that are none', async () => {
      const { body } = await (await as('admin')).get('/ledger/devices')
      expect(body.items.map(({ device, device_type }: never) => [device, device_type])).toEqual([
        ['', null],
        ['lift-1', 'transfer.lift_robot'],
        ['mat-1', 'bed.sleep_mat'],
        ['mat-2', 'bed.sleep_mat'],
      ])
      const mat = body.items[2]
      expect(mat).toMatchObject({ coverage: 0.9836, red: [], sums: { stored: 300, missing: 5, late: 2 } })
      expect(mat.hours).toHaveLength(24)
      expect(mat.hours.slice(-2)).toEqual([
        [200, 200],
        [100, 105],
      ])
      expect(body.items[3]).toMatchObject({ coverage: null, sums: { stored: 0 } })
      expect(body.gateway).toMatchObject({ state: 'never', version: null })
    })
  })

  describe('without an answer', () => {
    it('says that the gateway does not answer', async () => {
      const { status, body, headers } = await (await as('admin-elsewhere')).get('/ledger')
      expect([status, body.code]).toEqual([503, 'unavailable'])
      expect(body.detail).toContain('gateway')
      expect(headers.get('retry-after')).toBe('10')
    }, 20_000)

    it('says that the store does not answer, and that a gateway is broken', async () => {
      const admin = await as('admin')
      sunny.error = 'store_unavailable'
      const { status, body } = await admin.get('/ledger?recount=true')
      expect([status, body.code]).toEqual([503, 'unavailable'])
      expect(body.detail).toContain('store')
      sunny.error = 'internal'
      expect((await admin.get('/ledger?device=mat-1')).body.code).toBe('internal')
    })
  })

  describe('what was kept', () => {
    it("is shown whole to the facility's administrator", async () => {
      const admin = await as('admin')
      const { items } = (await admin.get('/rejections?device=mat-1')).body
      expect(items[0]).toMatchObject({
        device: 'mat-1',
        device_type: 'bed.sleep_mat',
        at: '2026-11-23T15:27:59.000+09:00',
      })
      expect(items[0].payload.text).toMatch(VALUES)
      expect((await admin.get('/conflicts')).body.items[0].payload.text).toMatch(VALUES)
      expect((await admin.get('/rejections?reason=schema')).body.items).toHaveLength(1)
    })

    it.each(['operator', 'auditor'])(
      'is shown without payloads to the %s, and they are not asked for',
      async person => {
        const client = await as(person)
        for (const path of [
          '/rejections',
          '/conflicts',
          '/dead-letters',
          '/rejections/counts',
          '/ledger',
          '/ledger/devices',
        ]) {
          const { status, body } = await client.get(`${path}?facility=sunny`)
          expect([path, status]).toEqual([path, 200])
          expect(JSON.stringify(body)).not.toMatch(VALUES)
          expect(JSON.stringify(body)).not.toContain('abab')
        }
        const asked = sunny.asked.filter(({ ask }) => ask === 'rejections' || ask === 'conflicts')
        expect(asked.map(({ filter }) => filter.payloads)).toEqual([false, false, false])
      },
    )

    it('is counted by device and reason, most frequent first', async () => {
      sunny.rejections.push(rejection('mat-1', NOON - 9_000))
      const { body } = await (await as('staff')).get('/rejections/counts')
      expect(body).toMatchObject({ total: 3, complete: true })
      expect(body.groups[0]).toEqual({
        device: 'mat-1',
        device_type: 'bed.sleep_mat',
        reason: 'out_of_range',
        fields: ['heart_rate'],
        part: true,
        count: 2,
        last: '2026-11-23T15:27:59.000+09:00',
      })
    })

    it('gives dead letters to the store again and says which were refused again', async () => {
      const operator = await as('operator')
      sunny.perAnswer = 1
      const { status, body } = await operator.post('/dead-letters/replay', { facility: 'sunny' })
      expect([status, body]).toEqual([200, { replayed: 1, still_dead: 1 }])
      sunny.perAnswer = 1_000
      const { items } = (await operator.get('/dead-letters?facility=sunny')).body
      expect(items.map((letter: { replayed_at: unknown }) => letter.replayed_at === null)).toEqual([false, true])
      const ids = [sunny.letters[1]?.id]
      expect((await (await as('admin')).post('/dead-letters/replay', { facility: 'sunny', ids })).body).toEqual({
        replayed: 0,
        still_dead: 1,
      })
    })
  })

  describe('a maker', () => {
    it('reads the coverage of its own devices over finished days, and of few messages none', async () => {
      const { body } = await (await as('maker')).get('/ledger/devices?facility=sunny')
      expect(body).toMatchObject({
        from: '2026-11-16T00:00:00.000+09:00',
        to: '2026-11-23T00:00:00.000+09:00',
        as_of: '2026-11-23T00:00:00.000+09:00',
        totals: null,
        balanced: null,
        gateway: null,
      })
      const none = { sums: null, red: [], hours: null, device_type: 'bed.sleep_mat' }
      expect(body.items).toEqual([
        { device: 'mat-1', coverage: 0.998, ...none },
        { device: 'mat-2', coverage: null, ...none },
      ])
    })

    it('reads counts of refusals by type, without device, moment, or names that its profile does not have', async () => {
      const { body } = await (await as('maker')).get('/rejections/counts?facility=sunny')
      expect(body.groups).toEqual([
        {
          device: null,
          device_type: 'bed.sleep_mat',
          reason: 'out_of_range',
          fields: ['heart_rate'],
          part: true,
          count: 2,
          last: null,
        },
      ])
    })

    it('learns nothing new while a day goes on, however often it asks', async () => {
      const maker = await as('maker')
      const ask = async () =>
        JSON.stringify([
          (await maker.get('/ledger/devices?facility=sunny')).body,
          (await maker.get('/rejections/counts?facility=sunny')).body,
        ])
      const before = await ask()
      sunny.rows.push(ledgerRow('mat-2', now, 9_999))
      sunny.rejections.push(rejection('mat-2', now, { reason: 'schema' }))
      now += 60_000
      expect(await ask()).toBe(before)
    })

    it.each([
      '/ledger?facility=sunny',
      '/ledger?facility=sunny&device=mat-1',
      '/rejections?facility=sunny',
      '/conflicts?facility=sunny',
      '/dead-letters?facility=sunny',
      '/ledger/devices?facility=bench-lifts',
      '/rejections/counts?facility=bench-lifts',
      '/ledger/devices?facility=nowhere',
    ])('is refused %s', async path => {
      expect((await (await as('maker')).get(path)).status).toBe(403)
    })

    it.each([
      '/rejections/counts?facility=sunny&device=mat-1',
      '/rejections/counts?facility=sunny&from=2026-11-23T15:00:00%2B09:00',
      '/ledger/devices?facility=sunny&from=2026-11-23T15:00:00%2B09:00',
    ])('cannot narrow its period or its types by %s', async path => {
      expect((await (await as('maker')).get(path)).status).toBe(400)
    })

    it('is refused a facility in which it has no device, in the words for one that does not exist', async () => {
      const maker = await as('maker-elsewhere')
      for (const path of ['/ledger/devices', '/rejections']) {
        const [there, nowhere] = await Promise.all(
          ['cloudy', 'nowhere'].map(facility => maker.get(`${path}?facility=${facility}`)),
        )
        expect(there?.status).toBe(403)
        expect(there?.body.detail.replace('cloudy', '')).toBe(nowhere?.body.detail.replace('nowhere', ''))
      }
    })

    it('sees hours and payloads of its own bench', async () => {
      const maker = await as('maker')
      expect((await maker.get('/ledger?facility=bench-mats')).body.totals.stored).toBe(7)
      expect((await maker.get('/rejections?facility=bench-mats')).body.items[0].payload.text).toMatch(VALUES)
    })
  })

  it('keeps a fixed week, also where clocks are changed', async () => {
    const { finishedDays } = await import('../../server/ledger/range.ts')
    const { fromMs, toMs } = finishedDays(Date.parse('2026-11-04T12:00:00-08:00'), 'America/Los_Angeles')
    expect(toMs - fromMs).toBe(7 * DAY_MS + HOUR_MS)
  })
})
