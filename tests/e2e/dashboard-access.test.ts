/** Enrolling a device that knocked, its credential shown once, replaced and revoked, its hub and its label; on the whole platform in Chromium. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import mqtt from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { encodeQR } from 'qr'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { type Standalone, startStandalone } from '../app/support/standalone.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { axeFindings, launchBrowser } from './support/browser.ts'

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }

describeWith(chromium, 'devices and their credentials in the browser', () => {
  let platform: Standalone
  let browser: Browser
  let page: Page
  const errors: string[] = []
  beforeAll(async () => {
    await buildDashboard()
    browser = await launchBrowser()
    platform = await startStandalone()
  })
  afterEach(async () => {
    await page?.context().close()
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.kill()
  })

  async function visit(user: string, path: string, language: string, size: keyof typeof SIZES): Promise<void> {
    const context = await browser.newContext({ viewport: SIZES[size], reducedMotion: 'reduce', acceptDownloads: true })
    await context.addInitScript(
      `localStorage.setItem('mimamori.language', '${language}'); localStorage.setItem('mimamori.theme', 'light')`,
    )
    page = await context.newPage()
    page.on('console', message => {
      if (message.type() === 'error' && !/401|409/.test(message.text())) errors.push(message.text())
    })
    page.on('pageerror', error => errors.push(String(error)))
    const accounts = JSON.parse(await readFile(join(platform.dataDir, 'demo-accounts.json'), 'utf8')) as {
      user: string
      password: string
    }[]
    const password = accounts.find(account => account.user === user)?.password
    await page.request.post(`${platform.url}/api/v1/session`, { data: { user, password } })
    await page.goto(`${platform.url}${path}`)
  }
  const shot = (name: string) =>
    process.env.SHOTS
      ? page.screenshot({ path: join(process.env.SHOTS, `${name}.png`), fullPage: true })
      : Promise.resolve()
  const connect = (options: object) =>
    mqtt.connectAsync(
      `mqtt://127.0.0.1:${platform.mqttPort}`,
      { reconnectPeriod: 0, protocolVersion: 4, ...options },
      false,
    )
  const knock = (clientId: string) =>
    connect({ clientId, username: clientId, password: 'never-enrolled' }).then(
      () => expect.fail('it was admitted'),
      () => undefined,
    )

  test('finds who knocks, enrols it, shows the credential once, and the device connects with it', async () => {
    for (let times = 0; times < 3; times += 1) await knock('demo.mat-new')
    await knock('demo.r201-sleep-mat')
    await knock('ESP32-7C9EBD')
    await visit('admin@demo', '/devices', 'ja', 'desktop')
    await page.getByRole('link', { name: '断られた接続' }).click()
    await page.getByText('demo.mat-new').waitFor()
    expect(await page.getByText('3回').count()).toBe(1)
    expect(await page.getByRole('listitem').count()).toBe(3)
    await shot('access-1-knocks')
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('listitem').filter({ hasText: 'mat-new' }).getByRole('link', { name: '登録する' }).click()
    expect(await page.getByLabel('機器の番号').inputValue()).toBe('mat-new')
    await page.getByLabel('機器の種類').selectOption('bed.sleep_mat')
    await page.getByLabel('メーカー').fill('demo-maker')
    await shot('access-2-enrol')
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: '登録して資格情報を発行' }).click()
    await page.getByText('今だけ表示されます').waitFor()
    await page.getByText(`-p ${platform.mqttPort}`).waitFor()
    await shot('access-3-once')
    expect(await axeFindings(page)).toEqual([])
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'ファイルに保存' }).click()
    const file = JSON.parse(await readFile(await (await download).path(), 'utf8'))
    expect(file).toEqual([
      {
        ...{ facility: 'demo', device: 'mat-new', profile: 'bed.sleep_mat', client_id: 'demo.mat-new' },
        ...{ username: 'demo.mat-new', password: expect.any(String), spare: false },
      },
    ])
    const [{ client_id: clientId, username, password }] = file
    const device = await connect({ clientId, username, password })
    const closed = new Promise<void>(resolve => device.once('close', () => resolve()))
    await page.getByRole('button', { name: '控えました' }).click()
    await page.getByRole('heading', { name: '接続と資格情報' }).waitFor()
    expect(await page.content()).not.toContain(password)

    await page.getByLabel('居室を選んで設置').selectOption({ index: 1 })
    await page.getByRole('button', { name: 'ここに設置' }).click()
    await page.getByText(/^居室 \d+$/).waitFor()
    await page.getByLabel('機器を加える').selectOption('r202-sleep-mat')
    await page.getByRole('button', { name: 'r202-sleep-mat を外す' }).waitFor()
    await closed
    const again = await connect({ clientId, username, password })
    await again.publishAsync('mimamori/v1/demo/r202-sleep-mat/status', '{"v":1,"state":"online"}', { qos: 1 })
    const cut = new Promise<void>(resolve => again.once('close', () => resolve()))
    await shot('access-4-page')
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'すべて失効させる' }).click()
    await shot('access-5-revoke')
    await page.getByRole('button', { name: '失効させる', exact: true }).click()
    await page.getByText('有効な資格情報はありません').waitFor()
    await cut
    await page.getByRole('button', { name: '新しい資格情報を発行' }).click()
    await page.getByText('demo.mat-new.2').first().waitFor()
    await shot('access-6-rotated')
  })

  test('lets a maker enrol on its bench and keep its credentials there, and offers it nothing elsewhere', async () => {
    await visit('maker@demo', '/devices?facility=bench-demo-maker', 'ko', 'phone')
    await page.getByRole('link', { name: '등록' }).click()
    await page.getByLabel('기기 이름').or(page.getByLabel('기기 번호')).fill('proto-1')
    await page.getByLabel('기기 종류').selectOption('bed.sleep_mat')
    expect(await page.getByLabel('제조사').count()).toBe(0)
    await page.getByRole('button', { name: '등록하고 자격 증명 발급' }).click()
    await page.getByText('지금만 표시됩니다').waitFor()
    await shot('access-7-once-ko-phone')
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: '적어 두었습니다' }).click()
    await page.getByText('bench-demo-maker.proto-1').first().waitFor()
    await shot('access-8-page-ko-phone')
    await page.goto(`${platform.url}/devices/r201-sleep-mat?facility=demo`)
    await page.getByText('r201-sleep-mat').first().waitFor()
    expect(await page.getByRole('link', { name: '연결' }).count()).toBe(0)
  })

  test('prints labels whose code leads to the device and which name no person and no room', async () => {
    await visit('admin@demo', '/devices/-/labels', 'en', 'desktop')
    const label = page.getByRole('listitem').filter({ hasText: 'r201-sleep-mat' })
    await label.waitFor()
    await shot('access-9-labels')
    expect(await axeFindings(page)).toEqual([])
    expect(await label.textContent()).not.toContain('201 ')
    const drawn = await label.locator('path').last().getAttribute('d')
    const rows = encodeQR(`${platform.url}/d/demo/r201-sleep-mat`, 'raw', { ecc: 'quartile', border: 4 })
    expect(drawn?.match(/M/g)?.length).toBe(rows.flat().filter(Boolean).length)
    await page.emulateMedia({ media: 'print' })
    expect(await page.getByRole('navigation').isVisible()).toBe(false)
    expect(await label.isVisible()).toBe(true)
    await shot('access-10-print')
  })
})
