/** A real server with a facility's administrator in the browser: pages in each language and size, pictures where asked for. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { buildDashboard } from '../../../dashboard/build.ts'
import { type Platform, startPlatform } from '../../server/platform.ts'
import { axeFindings, launchBrowser } from './browser.ts'

const DIST = fileURLToPath(new URL('../../../dashboard/dist', import.meta.url))
export const LANGUAGES = ['ja', 'ko', 'en'] as const
export type Language = (typeof LANGUAGES)[number]
export const DESKTOP = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

export interface PeopleWorld {
  platform: Platform
  visit(
    path: string,
    language: Language,
    size?: { width: number; height: number },
    theme?: 'light' | 'night',
  ): Promise<Page>
  /** Axe is clean and nothing is cut off; kept as a picture where PICTURES names a folder. */
  look(page: Page, name: string): Promise<void>
  /** Closes the pages of one test; none of them has complained. */
  tidy(): Promise<void>
  stop(): Promise<void>
}

export async function startPeopleWorld(): Promise<PeopleWorld> {
  await buildDashboard()
  const browser: Browser = await launchBrowser()
  const platform = await startPlatform({ settings: { dashboardDir: DIST } })
  const { cookie } = await platform.as('admin')
  const [name = '', value = ''] = cookie.split('=')
  const errors: string[] = []
  const open: BrowserContext[] = []
  return {
    platform,
    async visit(path, language, size = DESKTOP, theme = 'light') {
      const context = await browser.newContext({
        viewport: size,
        reducedMotion: 'reduce',
        // Times are the facility's, wherever the reader is.
        timezoneId: 'Europe/London',
        locale: { ja: 'ja-JP', ko: 'ko-KR', en: 'en-GB' }[language],
        acceptDownloads: true,
      })
      open.push(context)
      await context.addCookies([{ name, value, url: platform.url }])
      await context.addInitScript(
        `localStorage.setItem('mimamori.language', '${language}'); localStorage.setItem('mimamori.theme', '${theme}')`,
      )
      context.setDefaultTimeout(12_000)
      const page = await context.newPage()
      page.on('console', message => {
        // A refusal is said by the browser too.
        if (message.type() === 'error' && !/status of (400|404|409)/.test(message.text())) errors.push(message.text())
      })
      page.on('pageerror', error => errors.push(String(error)))
      await page.goto(platform.url + path)
      await page.locator('h1').waitFor()
      return page
    },
    async look(page, name) {
      expect([name, await axeFindings(page)]).toEqual([name, []])
      expect([name, await page.evaluate('document.documentElement.scrollWidth <= innerWidth')]).toEqual([name, true])
      const folder = process.env.PICTURES
      if (!folder) return
      await mkdir(folder, { recursive: true })
      const viewport = page.viewportSize() ?? DESKTOP
      // The screen scrolls within its frame.
      const height = (await page.evaluate(
        `innerHeight + Math.max(0, document.querySelector('main').scrollHeight - document.querySelector('main').clientHeight)`,
      )) as number
      await page.setViewportSize({ ...viewport, height })
      await page.screenshot({ path: join(folder, `${name}.png`) })
      await page.setViewportSize(viewport)
    },
    async tidy() {
      for (const context of open.splice(0)) await context.close()
      expect(errors.splice(0)).toEqual([])
    },
    async stop() {
      await browser.close()
      await platform.stop()
    },
  }
}
