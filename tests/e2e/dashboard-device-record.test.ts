/** A device's record in the browser: placed at a bed for who lives there, moved, its firmware and calibrations; as administrator, staff and maker, on the real server. */
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { type Client, DAY_MS, eventually, type Platform, startPlatform } from '../server/platform.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { launchBrowser } from './support/browser.ts'
import { createVisitor, type Language } from './support/visitor.ts'

const DIST = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
const at = (ms: number): string => new Date(ms).toISOString()

describeWith([chromium, mosquitto], 'the record of a device in the browser', () => {
  let browser: Browser
  let platform: Platform
  let admin: Client
  const { visit, picture, leave } = createVisitor(
    () => browser,
    () => platform,
    [409],
  )
  beforeAll(async () => {
    await buildDashboard()
    browser = await launchBrowser()
    platform = await startPlatform({ settings: { dashboardDir: DIST } })
    admin = await platform.as('admin')
    const room = platform.rooms[2]
    for (const [name, label] of [
      ['試験 花子', 'A'],
      ['試験 太郎', 'B'],
    ]) {
      const bed = (await admin.post('/beds', { facility: 'sunny', room, label })).body.id
      const { id } = (await admin.post('/residents', { facility: 'sunny', identity: { name } })).body
      await admin.post(`/residents/${id}/stays`, { room, bed, from: at(Date.now() - DAY_MS) })
    }
    const heard = {
      ...{ id: 'mat-1', freshness: 'fresh', online: true, heard: Date.now(), battery: 80, rssi: -60, skew_ms: 0 },
      newest: {},
    }
    const device = await eventually(async () => {
      await platform.publishLive('sunny', { full: true, devices: [{ ...heard, fw: '1.4.2' } as never] })
      const { items } = (await admin.get('/devices/mat-1/firmware')).body
      return items[0]
    })
    expect(device.firmware).toBe('1.4.2')
  })
  afterEach(leave)
  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  test('the administrator places a device at a bed for who lives there; where it stood before stays', async () => {
    const page = await visit('admin', '/devices/mat-1?facility=sunny', { language: 'ja' })
    const placements = page.locator('section', { has: page.getByRole('heading', { name: '設置の履歴' }) }).first()
    await placements.getByRole('listitem').getByText('居室 101').waitFor()
    await eventually(async () => (await page.getByLabel('居室を選んで設置').locator('option').count()) > 3)
    await page.getByLabel('居室を選んで設置').selectOption({ label: '103 (East)' })
    await page.getByLabel('ベッド', { exact: true }).selectOption({ label: 'B' })
    const whose = page.getByLabel('対象の入居者')
    await eventually(async () => (await whose.locator('option:checked').textContent()) === '試験 太郎')
    await picture(page, 'record-place-ja')
    await page.getByRole('button', { name: 'ここに設置' }).click()
    await placements.getByText('居室 103 ・ ベッド B').waitFor()
    const rows = placements.getByRole('listitem')
    expect(await rows.count()).toBe(2)
    expect(await rows.first().textContent()).toContain('試験 太郎')
    expect(await rows.last().textContent()).toMatch(/居室 101.*まで/)
    await page.getByLabel('居室を選んで設置').selectOption({ label: '102 (East)' })
    await page.getByLabel('いつから', { exact: false }).fill('2026-01-01T09:00')
    await page.getByRole('button', { name: 'ここに設置' }).click()
    await page.getByText('その時刻には別の場所に設置されています').waitFor()
    await picture(page, 'record-overlap-ja')
    await page.setViewportSize({ width: 390, height: 844 })
    await picture(page, 'record-ja-phone')
  })

  test('a calibration is recorded with its certificate and due day, and shows when it is overdue', async () => {
    const page = await visit('admin', '/devices/mat-2?facility=sunny', { language: 'ko' })
    await page.getByText('아직 교정 기록이 없습니다').waitFor()
    await page.getByRole('button', { name: '교정 기록' }).click()
    await page.getByLabel('교정 기관').fill('한국산업기술시험원')
    await page.getByLabel('성적서 번호').fill('KTL-2026-0142')
    await page.getByLabel('결과').selectOption({ label: '조정 후 적합' })
    await page.getByLabel('다음 교정 기한').fill('2026-01-31')
    await picture(page, 'record-calibrate-ko')
    await page.getByRole('button', { name: '기록', exact: true }).click()
    await page.getByText('KTL-2026-0142').waitFor()
    await page.getByText('기한 지남(2026-01-31까지)').waitFor()
    await picture(page, 'record-calibrations-ko')
  })

  test('staff read the record and change nothing; a maker reads days alone, and calibrates on its bench', async () => {
    const staff = await visit('staff', '/devices/mat-1?facility=sunny', { language: 'en', size: 'phone' })
    await staff.getByText('No calibrations recorded yet').waitFor()
    await staff.getByText('1.4.2').last().waitFor()
    expect(await staff.getByRole('button', { name: 'Record a calibration' }).count()).toBe(0)
    expect(await staff.getByRole('heading', { name: 'Placements' }).count()).toBe(0)
    expect(await staff.content()).not.toContain('試験')
    await picture(staff, 'record-staff-en-phone')

    const maker = await visit('maker', '/devices/mat-1?facility=sunny', { language: 'ko' })
    const firmware = maker.locator('section', { has: maker.getByRole('heading', { name: '펌웨어 이력' }) })
    await firmware.getByText('1.4.2').waitFor()
    expect(await firmware.textContent()).not.toMatch(/\d\d:\d\d/)
    expect(await maker.getByRole('button', { name: '교정 기록' }).count()).toBe(0)
    await picture(maker, 'record-maker-ko')
    await maker.goto(`${platform.url}/devices/mat-b?facility=bench-mats`)
    await maker.getByRole('button', { name: '교정 기록' }).waitFor()
  })

  test.each<Language>(['ja', 'ko', 'en'])('the record is read on desktop and phone in %s', async language => {
    for (const size of ['desktop', 'phone'] as const) {
      const page = await visit('admin', '/devices/mat-1?facility=sunny', { language, size })
      await page.getByText('1.4.2').last().waitFor()
      await page.getByText('試験 太郎').first().waitFor()
      await picture(page, `record-${language}-${size}`)
    }
  })
})
