// Retention over HTTP and by night: what is due goes, what is needed stays and says why, and all of it can be asked for, stopped and proved.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceId, FacilityId } from '../../core/ids.ts'
import type { StoredRow } from '../../core/readings.ts'
import { storeKey } from '../../core/readings.ts'
import { type Kept, playGateway } from '../server/fake-gateway.ts'
import { type Client, DAY_MS, type Platform, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

/** 15:00 in Tokyo: the night's work is done. */
const NOON = Date.parse('2026-11-23T15:00:00+09:00')
const day = (ago: number): string => new Date(NOON - ago * DAY_MS).toISOString().slice(0, 10)
const FACILITY = 'sunny' as FacilityId

describeWith(mosquitto, 'retention', () => {
  let now = NOON
  let platform: Platform
  let gateway: Kept
  let operator: Client
  let position = 0

  beforeAll(async () => {
    platform = await startPlatform({ clock: () => ++now })
    gateway = await playGateway(platform.broker, FACILITY)
    operator = await platform.as('operator')
  })
  afterAll(() => platform?.stop())
  beforeEach(async () => {
    gateway.error = null
    gateway.asked = []
    gateway.remove = async ({ from = 0, to = 0, devices }) => {
      const query = { facility: FACILITY, fromMs: from, toMs: to, ...(devices ? { devices } : {}) }
      const before = await platform.telemetry.source.count(query as never)
      await platform.telemetry.sink.remove(query)
      return { messages: before.telemetry + before.events, kept: [] }
    }
    await platform.telemetry.sink.remove({ facility: FACILITY, fromMs: 0, toMs: NOON + DAY_MS })
    await fill()
  })

  /** A message and an event of each device, for each of the last hundred days. */
  async function fill(): Promise<void> {
    const rows: StoredRow[] = []
    for (let ago = 99; ago >= 0; ago -= 1)
      for (const device of ['mat-1', 'mat-2', 'lift-1'] as DeviceId[]) {
        const rx = NOON - ago * DAY_MS - DAY_MS / 2
        const base = {
          ...{ facility: FACILITY, device, profile: 'bed.sleep_mat' as never, boot: 'b' as never, bootChanged: false },
          ...{ key: storeKey(rx, 0), rx, seq: ago, marks: [] },
        }
        rows.push({ ...base, kind: 'telemetry', values: { heart_rate: 60 }, position: ++position })
        rows.push({ ...base, kind: 'event', event: 'bed_exit', attributes: {}, position: ++position })
      }
    await platform.telemetry.sink.write(rows, position + 1)
  }
  const left = async (devices: string[], fromMs = 0, toMs = NOON) => {
    const { telemetry, events } = await platform.telemetry.source.count({
      facility: FACILITY,
      fromMs,
      toMs,
      devices: devices as DeviceId[],
    })
    return telemetry + events
  }
  const shown = async (client = operator) => (await client.get('/retention?facility=sunny')).body.items[0]
  const removal = async () => {
    const { runs } = await shown()
    const answer = await operator.post('/facilities/sunny/retention/run')
    expect(answer.status).toBe(200)
    await expect
      .poll(
        async () => {
          const { running, runs: after } = await shown()
          return running === null && after[0] !== undefined && after[0].ended !== runs[0]?.ended
        },
        { timeout: 20_000 },
      )
      .toBe(true)
    return (await shown()).runs[0]
  }

  describe('the rule', () => {
    it('keeps everything until it is set, and never less than thirty days', async () => {
      expect(await shown()).toMatchObject({ facility: 'sunny', days: null, running: null, runs: [] })
      expect((await operator.post('/facilities/sunny/retention/run')).body.code).toBe('not_ready')
      for (const days of [29, 0, -1, 30.5, '30', 99_999])
        expect((await operator.post('/facilities/sunny/retention', { days })).status).toBe(400)
      expect((await operator.post('/facilities/nowhere/retention', { days: 30 })).status).toBe(404)
      const admin = await platform.as('admin')
      expect((await admin.post('/facilities/sunny/retention', { days: 365 })).body).toMatchObject({
        days: 365,
        changed_by: 'admin',
      })
      expect((await admin.get('/retention')).body.items).toHaveLength(1)
      expect((await operator.get('/retention')).body.items.length).toBeGreaterThan(2)
    })
  })

  describe('a removal', () => {
    it('says beforehand what would go, takes exactly that, and is in the audit trail with its count', async () => {
      await operator.post('/facilities/sunny/retention', { days: 60 })
      const { body: preview } = await operator.get('/facilities/sunny/retention/preview')
      expect(preview).toMatchObject({ days: 60, would_keep: { telemetry: 0, events: 0 }, kept: [] })
      expect(preview.would_remove.telemetry).toBe(preview.would_remove.events)
      const due = preview.would_remove.telemetry * 2
      expect(due).toBeGreaterThan(200)
      const all = await left(['mat-1', 'mat-2', 'lift-1'])
      expect(gateway.asked).toEqual([])
      const run = await removal()
      expect(run).toMatchObject({ outcome: 'done', messages: due, kept: [], started_by: 'operator' })
      expect(await left(['mat-1', 'mat-2', 'lift-1'])).toBe(all - due)
      const { items } = (await (await platform.as('auditor')).get('/audit?limit=50')).body
      const entry = items.find(({ action }: { action: string }) => action === 'retention.run')
      expect(entry).toMatchObject({ facility: 'sunny', new: { messages: due, days: 60, outcome: 'done' } })
      expect((await removal()).messages).toBe(0)
    })

    it('keeps what an open request of its maker needs, of these devices and days alone, until it is over', async () => {
      await operator.post('/facilities/sunny/retention', { days: 30 })
      const maker = await platform.as('maker')
      const scope = { facility: 'sunny', device_types: ['bed.sleep_mat'], from: day(80), to: day(71) }
      const { body: request } = await maker.post('/dataset-requests', { purpose: 'evaluation', product: 'P0', scope })
      const preview = async () => (await operator.get('/facilities/sunny/retention/preview')).body
      // A draft asks nobody for anything.
      expect((await preview()).kept).toEqual([])
      await platform.registry.requests.change(request.id, request.version, { state: 'submitted' })
      expect(await preview()).toMatchObject({
        would_keep: { telemetry: 20, events: 20 },
        kept: [{ reason: 'dataset_request', id: request.id, devices: 2 }],
      })
      const run = await removal()
      expect(run.kept).toMatchObject([{ reason: 'dataset_request', id: request.id }])
      const old = NOON - 31 * DAY_MS
      expect([await left(['mat-1'], 0, old), await left(['mat-2'], 0, old), await left(['lift-1'], 0, old)]).toEqual([
        20, 20, 0,
      ])
      await maker.post(`/dataset-requests/${request.id}/withdraw`)
      expect((await removal()).messages).toBe(40)
      expect(await left(['mat-1', 'mat-2', 'lift-1'], 0, old)).toBe(0)
    })

    it('keeps the days of a locked trial until a dataset of its maker has covered them', async () => {
      const written = { by: 'maker', nowMs: NOON }
      const trial = await platform.registry.trials.create(
        {
          ...{
            maker: 'mats',
            title: 'x',
            sponsor: 'x',
            legalRoute: 'real_use_evaluation',
            deviceTypes: ['bed.sleep_mat' as never],
          },
          ...{ sites: [FACILITY], fromDay: day(60), toDay: day(51) },
        },
        written,
      )
      await operator.post('/facilities/sunny/retention', { days: 30 })
      const kept = async () => (await operator.get('/facilities/sunny/retention/preview')).body.kept
      expect(await kept()).toEqual([])
      await platform.registry.trials.addProtocol(trial.id, { version: '1', sha256: 'a'.repeat(64) }, written)
      await platform.registry.trials.lockProtocol(trial.id, '1', written)
      expect(await kept()).toMatchObject([{ reason: 'trial', id: trial.id, devices: 2 }])
      const run = await removal()
      expect(run.kept).toMatchObject([{ reason: 'trial' }])
      expect(await left(['mat-1'], 0, NOON - 40 * DAY_MS)).toBe(20)
      const scope = { facility: FACILITY, device_types: ['bed.sleep_mat' as never], from: day(60), to: day(53) }
      const draft = await platform.registry.requests.create({
        ...{ maker: 'mats', createdBy: 'maker', createdMs: NOON, purpose: 'x', product: 'P0', scope },
      })
      await platform.registry.requests.change(draft.id, draft.version, { state: 'ready' })
      expect((await removal()).messages).toBe(32)
      expect(await left(['mat-1'], 0, NOON - 40 * DAY_MS)).toBe(4)
      const last = await platform.registry.requests.create({
        ...{
          maker: 'mats',
          createdBy: 'maker',
          createdMs: NOON,
          purpose: 'x',
          product: 'P0',
          scope: { ...scope, to: day(51) },
        },
      })
      await platform.registry.requests.change(last.id, last.version, { state: 'ready' })
      expect((await removal()).messages).toBe(8)
    })

    it('keeps the days of a trial without a dataset for a year after its end, and no longer', async () => {
      const written = { by: 'maker', nowMs: NOON }
      const locked = async (toDay: string): Promise<string> => {
        const design = { maker: 'mats', title: 'x', sponsor: 'x', legalRoute: 'real_use_evaluation' as const }
        const { id } = await platform.registry.trials.create(
          { ...design, deviceTypes: ['bed.sleep_mat' as never], sites: [FACILITY], fromDay: day(500), toDay },
          written,
        )
        await platform.registry.trials.addProtocol(id, { version: '1', sha256: 'a'.repeat(64) }, written)
        await platform.registry.trials.lockProtocol(id, '1', written)
        return id
      }
      await locked(day(367))
      const id = await locked(day(363))
      await operator.post('/facilities/sunny/retention', { days: 30 })
      const { kept } = (await operator.get('/facilities/sunny/retention/preview')).body
      expect(kept.map((each: { id: string }) => each.id)).toEqual([id])
      // Once it has its dataset it holds nothing more, here and in the tests below.
      const scope = { facility: FACILITY, device_types: ['bed.sleep_mat' as never], from: day(500), to: day(363) }
      const made = { maker: 'mats', createdBy: 'maker', createdMs: NOON, purpose: 'x', product: 'P0' as const, scope }
      const { id: request, version } = await platform.registry.requests.create(made)
      await platform.registry.requests.change(request, version, { state: 'ready' })
    })

    it('tells what the ledger has not settled, and shows why it failed', async () => {
      await operator.post('/facilities/sunny/retention', { days: 30 })
      gateway.remove = async () => ({
        messages: 0,
        kept: [
          { device: 'mat-1', hours: 3 },
          { device: 'mat-2', hours: 1 },
        ],
      })
      expect(await removal()).toMatchObject({
        outcome: 'done',
        messages: 0,
        kept: [{ reason: 'ledger', id: null, devices: 2 }],
      })
      gateway.error = 'internal'
      expect(await removal()).toMatchObject({ outcome: 'failed', failure: 'gateway_failed' })
    })

    it('can be stopped: what is gone stays gone, and it says how much that was', async () => {
      await operator.post('/facilities/sunny/retention', { days: 30 })
      const remove = gateway.remove
      const all = await left(['mat-1', 'mat-2', 'lift-1'])
      let open: () => void = () => undefined
      const gate = new Promise<void>(resolve => {
        open = resolve
      })
      let asked = 0
      gateway.remove = async filter => {
        asked += 1
        if (asked === 2) await gate
        return remove(filter)
      }
      const before = (await shown()).runs[0]?.ended
      await operator.post('/facilities/sunny/retention/run')
      await expect.poll(() => asked, { timeout: 20_000 }).toBe(2)
      expect((await operator.post('/facilities/sunny/retention/run')).body.code).toBe('conflict')
      expect((await shown()).running).toMatchObject({ messages: expect.any(Number) })
      expect((await operator.post('/facilities/sunny/retention/cancel')).status).toBe(200)
      open()
      await expect.poll(async () => (await shown()).runs[0]?.ended, { timeout: 20_000 }).not.toBe(before)
      expect((await shown()).runs[0]).toMatchObject({
        outcome: 'cancelled',
        messages: all - (await left(['mat-1', 'mat-2', 'lift-1'])),
      })
      expect(await left(['lift-1'], 0, NOON - 31 * DAY_MS)).toBeGreaterThan(0)
      expect((await operator.post('/facilities/sunny/retention/cancel')).body.code).toBe('not_ready')
      const told = (await (await platform.as('auditor')).get('/audit?action=call.cancel_retention')).body.items
      expect(told.map(({ actor }: { actor: { id: string } }) => actor.id)).toEqual(['operator'])
    })
  })

  describe('by night', () => {
    it('works in the night after the day on which it was set, once, whoever looks', async () => {
      await operator.post('/facilities/sunny/retention', { days: 90 })
      const newest = async () => {
        const { running, runs } = await shown()
        return running === null ? runs[0]?.ended : 'running'
      }
      const before = await newest()
      const restartAt = async (at: string) => {
        now = Date.parse(at)
        await platform.restart()
      }
      await restartAt('2026-11-23T23:50:00+09:00')
      expect(await newest()).toBe(before)
      await restartAt('2026-11-24T01:50:00+09:00')
      expect(await newest()).toBe(before)
      await restartAt('2026-11-24T02:10:00+09:00')
      await expect.poll(newest, { timeout: 20_000 }).toMatch('2026-11-24T02:1')
      const { runs } = await shown()
      expect(runs[0]).toMatchObject({
        ...{ outcome: 'done', days: 90, before: '2026-08-26T00:00:00.000+09:00', started_by: null },
      })
      await restartAt('2026-11-24T03:00:00+09:00')
      expect(await newest()).toBe(runs[0].ended)
      const cut = Date.parse('2026-08-26T00:00:00+09:00')
      expect(await left(['mat-1'], 0, cut)).toBe(0)
      expect(await left(['mat-1'], cut)).toBeGreaterThan(150)
    })
  })
})
