/** Shows the dashboard on the real platform: signed in by hand, alive with simulated rooms, and honest when the platform is killed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import mqtt from 'mqtt'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { type Standalone, startStandalone } from '../app/support/standalone.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { axeFindings, launchBrowser } from './support/browser.ts'

describeWith(chromium, 'the dashboard of the whole platform', () => {
  let browser: Browser
  let platform: Standalone
  beforeAll(async () => {
    await buildDashboard()
    browser = await launchBrowser()
    platform = await startStandalone()
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.kill()
  })

  const signIn = async (user: string): Promise<{ page: Page; errors: string[] }> => {
    const accounts = JSON.parse(readFileSync(join(platform.dataDir, 'demo-accounts.json'), 'utf8')) as {
      user: string
      password: string
    }[]
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'ja-JP' })
    const page = await context.newPage()
    const errors: string[] = []
    page.on('console', message => {
      if (message.type() === 'error' && !message.text().includes('401')) errors.push(message.text())
    })
    page.on('pageerror', error => errors.push(String(error)))
    await page.goto(platform.url)
    await page.getByLabel('職員番号または ID').fill(user)
    await page
      .getByLabel('パスワード', { exact: true })
      .fill(accounts.find(account => account.user === user)?.password ?? '')
    await page.getByRole('button', { name: 'サインイン' }).click()
    return { page, errors }
  }

  test('shows a ledger that balances, also after the store was recounted, and what a device was refused for', async () => {
    const spare = platform.devices().find(device => device.spare && device.profile === 'bed.sleep_mat')
    if (!spare) throw new Error('no spare mat')
    const { client_id: clientId, username, password, facility, device } = spare
    const mat = await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, { clientId, username, password })
    const message = { v: 1, boot: 'fleet', seq: 0, ts: Date.now(), metrics: { heart_rate: 901, resp_rate: 15 } }
    await mat.publishAsync(`mimamori/v1/${facility}/${device}/telemetry`, JSON.stringify(message), { qos: 1 })
    await mat.endAsync()
    const { page, errors } = await signIn('admin@demo')
    await page.getByRole('link', { name: '機器' }).click()
    await page.locator('[data-testid=balance][data-balanced=true]').waitFor()
    await page.getByRole('button', { name: '数え直す' }).click()
    await page.getByText(/保存先も一致/).waitFor()
    await page.locator('[data-testid=balance][data-balanced=true]').waitFor()
    await page.getByRole('button', { name: '元の送信を見る' }).first().click()
    await page.locator('mark', { hasText: '901' }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(errors).toEqual([])
    await page.context().close()
  })

  test('shows 24 rooms that come alive, a device with its trend, and no complaint of the browser', async () => {
    const { page, errors } = await signIn('staff@demo')
    await page.locator('[data-testid=link][data-kind=live]').waitFor({ timeout: 30_000 })
    expect(await page.locator('[data-room]').count()).toBe(24)
    // Up to two periods of the slowest sensor until most rooms were heard.
    await page
      .locator(':nth-match([data-room]:not([data-look=none], [data-look=unseen]), 15)')
      .waitFor({ timeout: 90_000 })
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('link', { name: '機器' }).click()
    await page.getByRole('link', { name: /r201-sleep-mat/ }).click()
    await page.locator('.uplot canvas').first().waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(errors).toEqual([])
  })

  test("keeps a resident's values from the maker", async () => {
    const { page, errors } = await signIn('maker@demo')
    await page.getByRole('link', { name: /r201-sleep-mat/ }).click()
    // In the maker's own language, as its account says.
    await page.getByText('이 기기의 값은 볼 수 없습니다').waitFor()
    expect(errors).toEqual([])
  })

  test('says within 11 s that nothing is known when the platform is killed', async () => {
    const { page } = await signIn('staff@demo')
    await page.locator('[data-testid=link][data-kind=live]').waitFor({ timeout: 30_000 })
    const killedMs = Date.now()
    await platform.kill()
    await page.getByTestId('stop-bar').waitFor({ timeout: 15_000 })
    expect(Date.now() - killedMs).toBeLessThan(11_000)
    expect(await page.locator('[data-room][data-look=unseen]').count()).toBe(24)
  })
})
