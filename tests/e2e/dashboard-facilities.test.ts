/** Facilities, makers and accounts in the browser: a facility and a maker added with their first people, renamed, and rights changed; on the real server. */
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { type Client, eventually, type Platform, startPlatform } from '../server/platform.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { launchBrowser } from './support/browser.ts'
import { createVisitor, type Language } from './support/visitor.ts'

const DIST = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))

describeWith([chromium, mosquitto], 'facilities and accounts in the browser', () => {
  let browser: Browser
  let platform: Platform
  let chief: Client
  const { visit, picture, leave } = createVisitor(
    () => browser,
    () => platform,
    [412],
  )
  beforeAll(async () => {
    await buildDashboard()
    browser = await launchBrowser()
    platform = await startPlatform({ settings: { dashboardDir: DIST } })
    chief = await platform.as('platform')
  })
  afterEach(leave)
  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  test('a facility is added, named anew, and its administrator invited from there', async () => {
    const page = await visit('platform', '/', { language: 'ja' })
    await page.getByRole('heading', { name: '施設とメーカー' }).waitFor()
    await page.getByRole('button', { name: '施設を追加' }).click()
    await page.getByLabel('施設の名称').fill('みなと苑')
    await page.getByLabel('施設の ID').fill('sunny')
    await page.getByText('この ID はもう使われています').waitFor()
    await page.getByLabel('施設の ID').fill('-minato')
    await page.getByText('使えない ID です', { exact: false }).waitFor()
    await page.getByLabel('施設の ID').fill('minato')
    await picture(page, 'facilities-new-ja')
    await page.getByRole('button', { name: '追加', exact: true }).click()
    await page.getByText('「みなと苑」を追加しました', { exact: false }).waitFor()
    await picture(page, 'facilities-made-ja')
    const row = page.locator('[data-facility=minato]')
    await row.getByRole('button', { name: '名称を変更' }).click()
    await row.getByLabel('新しい名称').fill('みなと苑 本館')
    await row.getByRole('button', { name: '保存' }).click()
    await row.getByText('みなと苑 本館').waitFor()
    await page.getByRole('link', { name: '管理者を招待' }).click()
    await page.getByLabel('ID', { exact: true }).fill('minato-admin')
    await page.getByRole('checkbox', { name: /みなと苑 本館/, checked: true }).waitFor()
    await page.getByRole('button', { name: '追加して招待を作る' }).click()
    await page
      .locator('[data-user=minato-admin]')
      .getByText('施設管理者')
      .or(page.locator('[data-user=minato-admin]'))
      .first()
      .waitFor()
    expect((await chief.get('/users/minato-admin')).body).toMatchObject({
      role: 'facility_admin',
      facilities: ['minato'],
    })
    expect(new URL(page.url()).search).toBe('')
  })

  test('a maker is added with its bench, and its first person invited', async () => {
    const page = await visit('platform', '/facilities', { language: 'ko', size: 'phone' })
    await page.getByRole('button', { name: '제조사 추가' }).click()
    await page.getByLabel('시험대 이름').fill('가온메드 시험대')
    await page.getByLabel('제조사 ID').fill('gaonmed')
    await picture(page, 'makers-new-ko-phone')
    await page.getByRole('button', { name: '추가', exact: true }).click()
    await page.getByRole('link', { name: '담당자 초대' }).click()
    await page.getByLabel('ID', { exact: true }).fill('kim')
    await picture(page, 'makers-person-ko-phone')
    await page
      .getByRole('button', { name: '추가하고 초대 만들기' })
      .or(page.locator('form button[type=submit]'))
      .first()
      .click()
    await page.locator('[data-user=kim]').waitFor()
    expect((await chief.get('/users/kim')).body).toMatchObject({ role: 'manufacturer', maker: 'gaonmed' })
  })

  test('rights are changed, and hold; a change that came between is told and not overwritten', async () => {
    await chief.post('/users', { user: 'mori', role: 'staff', facilities: ['sunny'] })
    const page = await visit('platform', '/users', { language: 'en' })
    const row = page.locator('[data-user=mori]')
    await row.getByRole('button', { name: 'Change rights' }).click()
    await row.getByRole('checkbox', { name: /Cloudy House/ }).waitFor({ state: 'attached' })
    await row.getByText('Cloudy House').click()
    await picture(page, 'users-edit-en')
    await chief.call('PATCH', '/users/mori', { role: 'facility_admin' }, { 'if-match': '"1"' })
    await row.getByRole('button', { name: 'Save' }).click()
    await row.getByText('Someone else changed this account meanwhile', { exact: false }).waitFor()
    await row.getByRole('button', { name: 'Cancel' }).click()
    await row.getByText('Facility administrator').waitFor()
    await row.getByRole('button', { name: 'Change rights' }).click()
    await row.getByText('Cloudy House').click()
    await row.getByRole('button', { name: 'Save' }).click()
    await row.getByText('sunny, cloudy').or(row.getByText('cloudy, sunny')).first().waitFor()
    await row.getByRole('button', { name: 'Change rights' }).click()
    await row.getByRole('button', { name: /Role/ }).click()
    await page.getByRole('option', { name: 'Manufacturer' }).click()
    await row.getByRole('button', { name: /Maker/ }).click()
    await page.getByRole('option', { name: 'lifts' }).click()
    await row.getByRole('button', { name: 'Save' }).click()
    await row.getByText('Manufacturer · lifts').waitFor()
    expect((await chief.get('/users/mori')).body).toMatchObject({
      role: 'manufacturer',
      facilities: [],
      maker: 'lifts',
    })
    await page.setViewportSize({ width: 390, height: 844 })
    await picture(page, 'users-en-phone')
  })

  test('a facility’s administrator changes the own people, and is offered nothing for who works elsewhere too', async () => {
    await chief.post('/users', { user: 'both', role: 'staff', facilities: ['sunny', 'cloudy'] })
    const page = await visit('admin', '/users', { language: 'ja' })
    const own = page.locator('[data-user=staff]')
    await own.getByRole('button', { name: '権限を変更' }).click()
    await own.getByRole('button', { name: /役割/ }).click()
    expect(await page.getByRole('option').count()).toBe(3)
    await page.getByRole('option', { name: '壁面' }).click()
    await own.getByRole('button', { name: '保存' }).click()
    await eventually(async () => (await chief.get('/users/staff')).body.role === 'display')
    const other = page.locator('[data-user=both]')
    await other.waitFor()
    expect(await other.getByRole('button').count()).toBe(0)
    await picture(page, 'users-admin-ja')
  })

  test.each<Language>(['ja', 'ko', 'en'])(
    'facilities and makers are read on desktop and phone in %s',
    async language => {
      for (const size of ['desktop', 'phone'] as const) {
        const page = await visit('platform', '/facilities', { language, size })
        await page.getByText('Sunny House').waitFor()
        await picture(page, `facilities-${language}-${size}`)
      }
    },
  )
})
