/** Shows in Chromium that technical conditions reach the bar at once, are acknowledged, read well in three languages, and are not lost when one does not come. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { axeFindings, launchBrowser, type OpenOptions, type OpenPage, openPage } from './support/browser.ts'
import { type MockServer, startMockServer } from './support/mock-server.ts'

describeWith(chromium, 'technical conditions', () => {
  let browser: Browser
  let server: MockServer
  let open: OpenPage[] = []
  beforeAll(async () => {
    await buildDashboard()
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  beforeEach(async () => {
    server = await startMockServer()
  })
  afterEach(async () => {
    for (const each of open) {
      expect(each.errors).toEqual([])
      await each.close()
    }
    open = []
    await server.stop()
  })
  const visit = async (options: OpenOptions = {}): Promise<Page> => {
    const visitor = await openPage(browser, server, '/board', { user: 'staff@demo', ...options })
    open.push(visitor)
    await visitor.page.locator('[data-testid=link][data-kind=live]').waitFor()
    return visitor.page
  }
  const chip = (page: Page) => page.getByTestId('technical')
  const counts = (page: Page, count: number) =>
    expect.poll(() => chip(page).locator('b').textContent(), { timeout: 10_000 }).toBe(`${count}`)

  test('are counted as they come, acknowledged, told in words, and gone when they are over', async () => {
    const page = await visit()
    await counts(page, 0)
    server.sendCondition({})
    server.sendCondition({ subject: 'mat-201', code: 'clock_suspect', room: 'r201' })
    server.sendCondition({
      subject: 'mat-202',
      code: 'bed_exit',
      severity: 'medium',
      room: 'r202',
      profile: 'bed.sleep_mat' as never,
    })
    await counts(page, 2)
    await expect.poll(server.acknowledged).toBe(3)
    await chip(page).click()
    const panel = page.getByRole('region', { name: '機器の警報' })
    expect(await panel.getByRole('listitem').allTextContents()).toEqual([
      expect.stringMatching(/^ゲートウェイ保存先に書き込めません\(受信は続いています\)/),
      expect.stringMatching(/^201機器の時計が5分以上ずれていますmat-201 \d\d:\d\dから/),
    ])
    server.sendCondition({ state: 'cleared' })
    server.sendCondition({ subject: 'mat-201', code: 'clock_suspect', room: 'r201', state: 'cleared' })
    await panel.getByText('機器の警報はありません').waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'hidden' })
  })

  test('come by a snapshot when a transition does not reach the browser', async () => {
    const page = await visit()
    await counts(page, 0)
    server.sendCondition({ code: 'spool_full' }, true)
    await counts(page, 1)
  })

  test.each([
    ['ja', 'light'],
    ['ko', 'night'],
    ['en', 'light'],
  ] as const)('are readable by everybody (%s, %s)', async (language, theme) => {
    server.sendCondition({})
    server.sendCondition({ code: 'session_lost' })
    server.sendCondition({ subject: 'mat-205', code: 'messages_missing', room: 'r205' })
    const page = await visit({ language, theme })
    await counts(page, 3)
    await chip(page).click()
    await page.locator('#technical-conditions li').nth(2).waitFor()
    expect(await axeFindings(page)).toEqual([])
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/technical-${language}.png` })
  })

  test('are seen on a phone only when there are any', async () => {
    const page = await visit({ viewport: { width: 390, height: 844 } })
    expect(await chip(page).isVisible()).toBe(false)
    server.sendCondition({})
    await chip(page).click()
    await page.locator('#technical-conditions li').waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/technical-phone.png` })
  })
})
