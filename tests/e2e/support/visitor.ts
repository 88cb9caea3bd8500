/** A visitor to a real platform: signed in by its API, every console error kept, pictures taken where PICTURES names a folder. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { PASSWORD, type Platform } from '../../server/platform.ts'
import { axeFindings } from './browser.ts'

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } }
export type Size = keyof typeof SIZES
export type Language = 'ja' | 'ko' | 'en'

export interface VisitOptions {
  language: Language
  size?: Size
  theme?: 'light' | 'night'
}

/** @param expected statuses that the browser will report and that are meant, such as 409 */
export function createVisitor(browser: () => Browser, platform: () => Platform, expected: readonly number[] = []) {
  const errors: string[] = []
  const open: BrowserContext[] = []
  const isMeant = (text: string): boolean => expected.some(status => text.includes(`status of ${status}`))
  return {
    async visit(
      user: string,
      path: string,
      { language, size = 'desktop', theme = 'light' }: VisitOptions,
    ): Promise<Page> {
      const context = await browser().newContext({ viewport: SIZES[size], reducedMotion: 'reduce' })
      open.push(context)
      await context.addInitScript(
        `localStorage.setItem('mimamori.language', '${language}'); localStorage.setItem('mimamori.theme', '${theme}')`,
      )
      const page = await context.newPage()
      page.on('console', message => {
        if (message.type() === 'error' && !isMeant(message.text())) errors.push(message.text())
      })
      page.on('pageerror', error => errors.push(String(error)))
      await page.request.post(`${platform().url}/api/v1/session`, { data: { user, password: PASSWORD } })
      await page.goto(`${platform().url}${path}`)
      return page
    },
    /** What is shown is also clean for axe, and nothing reaches out sideways. */
    async picture(page: Page, name: string): Promise<void> {
      const folder = process.env.PICTURES
      if (folder) {
        mkdirSync(folder, { recursive: true })
        const height = await page.evaluate('document.querySelector("main")?.scrollHeight ?? 0')
        const { width = 0, height: before = 0 } = page.viewportSize() ?? {}
        await page.setViewportSize({ width, height: Math.max(before, Number(height) + 130) })
        await page.screenshot({ path: join(folder, `${name}.png`) })
        await page.setViewportSize({ width, height: before })
      }
      expect([name, await axeFindings(page)]).toEqual([name, []])
      const wide = await page.evaluate(
        '[document.querySelector("main").scrollWidth, document.querySelector("main").clientWidth]',
      )
      const [content, room] = wide as [number, number]
      expect([name, content <= room]).toEqual([name, true])
    },
    async leave(): Promise<void> {
      for (const context of open.splice(0)) await context.close()
      expect(errors.splice(0)).toEqual([])
    },
  }
}
