/** Shows how an operator looks at, sets and carries out retention in the browser, on the real server, in three languages. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { storeKey } from '../../core/readings.ts'
import { buildDashboard } from '../../dashboard/build.ts'
import { playGateway } from '../server/fake-gateway.ts'
import { DAY_MS, d, f, PASSWORD, type Platform, p, startPlatform } from '../server/platform.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { axeFindings, launchBrowser } from './support/browser.ts'

const DIST = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
const now = Date.now()

describeWith([chromium, mosquitto], 'retention in the browser', () => {
  let browser: Browser
  let platform: Platform
  const errors: string[] = []
  const open: BrowserContext[] = []
  afterEach(async () => {
    for (const context of open.splice(0)) await context.close()
  })
  beforeAll(async () => {
    await buildDashboard()
    browser = await launchBrowser()
    platform = await startPlatform({ settings: { dashboardDir: DIST } })
    const gateway = await playGateway(platform.broker, 'sunny')
    gateway.remove = async ({ from = 0, to = 0, devices }) => {
      const query = { facility: f('sunny'), fromMs: from, toMs: to, ...(devices ? { devices } : {}) }
      const before = await platform.telemetry.source.count(query as never)
      await platform.telemetry.sink.remove(query)
      return { messages: before.telemetry + before.events, kept: [{ device: 'mat-2', hours: 1 }] }
    }
    const rows = Array.from({ length: 25 }, (_, i) => ({
      ...{
        facility: f('sunny'),
        device: d('mat-1'),
        profile: p('bed.sleep_mat'),
        boot: 'b' as never,
        bootChanged: i === 0,
      },
      ...{ key: storeKey(now - 40 * DAY_MS + i, i), rx: now - 40 * DAY_MS + i, seq: i, marks: [], position: i },
      ...{ kind: 'telemetry' as const, values: { heart_rate: 60 } },
    }))
    await platform.telemetry.sink.write(rows, 100)
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
    expect(errors).toEqual([])
  })

  const signedIn = async (language: string, width = 1280): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: 'reduce' })
    await context.addInitScript(`localStorage.setItem('mimamori.language', '${language}')`)
    open.push(context)
    const page = await context.newPage()
    page.on('console', message => {
      if (message.type() === 'error' && !/status of (401|404|503)/.test(message.text())) errors.push(message.text())
    })
    page.on('pageerror', error => errors.push(String(error)))
    await context.request.post(`${platform.url}/api/v1/session`, { data: { user: 'operator', password: PASSWORD } })
    await page.goto(`${platform.url}/retention`)
    return page
  }
  const picture = async (page: Page, name: string): Promise<void> => {
    expect([name, await axeFindings(page)]).toEqual([name, []])
    const folder = process.env.PICTURES
    if (folder === undefined) return
    mkdirSync(folder, { recursive: true })
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
  }

  test('an operator looks first, sets it, removes at once and sees what stayed and why', async () => {
    const page = await signedIn('en')
    const row = page.getByRole('listitem', { name: 'Sunny House' })
    await row.getByText('Keeps everything').waitFor()
    await row.getByRole('button', { name: 'Change' }).click()
    const days = row.getByRole('textbox')
    await days.fill('29')
    expect(await row.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    await days.fill('30')
    await row.getByRole('button', { name: 'See what would go' }).click()
    await row.getByText('25 messages from before').waitFor()
    await picture(page, 'retention-preview-en')
    await row.getByRole('button', { name: 'Save' }).click()
    await row.getByText('Keeps 30 days').waitFor()
    await row.getByRole('button', { name: 'Remove now' }).click()
    await row.getByText('cannot be brought back').waitFor()
    await row.getByRole('alert').getByRole('button', { name: 'Remove now' }).click()
    await row.getByText(/: 25 messages from before .* removed/).waitFor()
    await row.getByText(/Kept until the message ledger has settled it: .*1 device$/).waitFor()
    await picture(page, 'retention-done-en')
    const { telemetry } = await platform.telemetry.source.count({ facility: f('sunny'), fromMs: 0, toMs: now })
    expect(telemetry).toBe(0)
  })

  test.each([
    ['ja', '30日間保存'],
    ['ko', '30일 보관'],
  ])('says so in %s, on a narrow screen too', async (language, words) => {
    const page = await signedIn(language, 390)
    await page.getByText(words).first().waitFor()
    await picture(page, `retention-${language}`)
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  })
})
