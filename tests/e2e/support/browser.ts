/** Chromium for browser tests: pages signed in to a mock server, every console error collected, axe-core at hand. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { type Browser, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright-core'
import { chromiumOptions } from '../../servers/chromium.ts'
import type { MockServer } from './mock-server.ts'

export interface OpenOptions extends BrowserContextOptions {
  user?: string
  language?: 'ja' | 'ko' | 'en'
  theme?: 'auto' | 'light' | 'night'
}
export interface OpenPage {
  page: Page
  /** Console errors and uncaught exceptions so far. */
  errors: string[]
  close: () => Promise<void>
}

export const launchBrowser = (): Promise<Browser> => playwright.launch(chromiumOptions())

/** A fresh visitor; with `user` already signed in. */
export async function openPage(
  browser: Browser,
  server: MockServer,
  path: string,
  { user, language = 'ja', theme = 'light', ...options }: OpenOptions = {},
): Promise<OpenPage> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    timezoneId: 'America/New_York',
    locale: 'en-US',
    ...options,
  })
  if (user) await context.addCookies([server.session(user)])
  await context.addInitScript(
    `localStorage.setItem('mimamori.language', '${language}'); localStorage.setItem('mimamori.theme', '${theme}')`,
  )
  const page = await context.newPage()
  const errors: string[] = []
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', error => errors.push(String(error)))
  await page.goto(`${server.url}${path}`)
  return { page, errors, close: () => context.close() }
}

let axeSource: Promise<string> | undefined
export interface AxeFinding {
  rule: string
  impact: string
  where: string[]
}
/** WCAG 2.2 AA findings of axe-core on what is shown now. */
export async function axeFindings(page: Page): Promise<AxeFinding[]> {
  axeSource ??= readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(await axeSource)
  const found = await page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(r => r.violations.map(v => ({ rule: v.id, impact: v.impact, where: v.nodes.map(n => n.target.join(' ') + ' | ' + (n.any[0]?.message ?? n.failureSummary)).slice(0, 4) })))`,
  )
  return found as AxeFinding[]
}
