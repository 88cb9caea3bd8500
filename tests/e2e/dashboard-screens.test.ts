/** Shows that every screen, in each language, wide and narrow, by day and night, passes axe, fits its width and complains to no console. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { axeFindings, launchBrowser, openPage } from './support/browser.ts'
import { type MockServer, startMockServer } from './support/mock-server.ts'

const LANGUAGES = ['ja', 'ko', 'en'] as const
const SIZES = [
  { width: 1440, height: 900, theme: 'light' },
  { width: 1366, height: 768, theme: 'night' },
  { width: 390, height: 844, theme: 'light' },
] as const
/** What must be there before a screen counts as drawn. */
const SCREENS: { name: string; path: string; user?: string; ready: string; wideOnly?: boolean }[] = [
  { name: 'sign-in', path: '/', ready: 'form input' },
  { name: 'board', path: '/board', user: 'staff@demo', ready: '[data-room="315"]' },
  { name: 'wall', path: '/board?view=wall', user: 'wall@demo', ready: '[data-room="315"]', wideOnly: true },
  { name: 'room', path: '/rooms/r207', user: 'staff@demo', ready: '.uplot canvas' },
  { name: 'devices', path: '/devices', user: 'staff@demo', ready: 'tbody tr' },
  { name: "an administrator's devices", path: '/devices', user: 'admin@demo', ready: 'aside li' },
  { name: "a maker's devices", path: '/devices', user: 'maker@demo', ready: 'aside li' },
  { name: "an operator's ledger", path: '/devices', user: 'operator@demo', ready: 'aside li' },
  { name: 'device', path: '/devices/mat-0207?facility=demo', user: 'admin@demo', ready: '.uplot canvas' },
  { name: "a maker's device", path: '/devices/mat-0207?facility=demo', user: 'maker@demo', ready: 'main dl' },
  { name: 'requests', path: '/datasets', user: 'maker@demo', ready: 'tbody tr' },
  { name: 'new request', path: '/datasets/new', user: 'maker@demo', ready: 'textarea' },
  { name: 'ready dataset', path: '/datasets/DR-2026-009', user: 'maker@demo', ready: 'pre' },
  { name: 'running build', path: '/datasets/DR-2026-011', user: 'maker@demo', ready: '[role=progressbar]' },
  { name: 'review', path: '/datasets/DR-2026-013', user: 'steward@demo', ready: 'textarea' },
  { name: 'audit trail', path: '/audit', user: 'auditor@demo', ready: 'tbody tr' },
  { name: "an administrator's audit trail", path: '/audit', user: 'admin@demo', ready: 'tbody tr' },
  { name: 'own page', path: '/me', user: 'staff@demo', ready: 'section li' },
  { name: 'an invitation', path: '/welcome', ready: 'form input' },
  { name: 'the first administrator', path: '/setup', ready: 'form input' },
  { name: 'users', path: '/users', user: 'platform@demo', ready: '[data-user]' },
  { name: 'facilities', path: '/', user: 'platform@demo', ready: '[data-facility]' },
  { name: 'no trials', path: '/trials', user: 'maker@demo', ready: 'main a' },
]

describeWith(chromium, 'each screen', () => {
  let browser: Browser
  let server: MockServer
  beforeAll(async () => {
    await buildDashboard()
    browser = await launchBrowser()
    server = await startMockServer()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  test.each(SCREENS.flatMap(screen => LANGUAGES.map(language => ({ ...screen, language }))))(
    'is clean: $name in $language',
    async ({ path, user, ready, language, wideOnly }) => {
      const sizes = wideOnly ? [{ width: 1920, height: 1080, theme: 'night' }] : SIZES
      const { page, errors, close } = await openPage(browser, server, path, { ...(user && { user }), language })
      for (const { theme, ...viewport } of sizes) {
        const at = `${viewport.width} ${theme}`
        await page.setViewportSize(viewport)
        await page.evaluate(`document.documentElement.dataset.theme = '${theme}'`)
        await page.locator(ready).first().waitFor()
        expect([at, await axeFindings(page)]).toEqual([at, []])
        expect([at, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([at, 0])
      }
      expect(await page.evaluate('document.documentElement.lang')).toBe(language)
      // Asking who is signed in is how the sign-in screen comes about.
      expect(errors.filter(error => user || !error.includes('401'))).toEqual([])
      await close()
    },
  )

  test('cuts off no state word on any tile, in any language', async () => {
    for (const language of LANGUAGES) {
      for (const { theme, ...viewport } of SIZES) {
        const { page, close } = await openPage(browser, server, '/board', {
          user: 'staff@demo',
          language,
          theme,
          viewport,
        })
        await page.locator('[data-room="315"]').waitFor()
        const overflowing = await page
          .locator('[data-room]')
          .evaluateAll(tiles =>
            tiles
              .filter(tile => tile.scrollWidth > tile.clientWidth || tile.scrollHeight > tile.clientHeight + 1)
              .map(tile => tile.textContent),
          )
        expect([language, viewport.width, overflowing]).toEqual([language, viewport.width, []])
        await close()
      }
    }
  })

  test('fits all 24 rooms without scrolling, on a desk and on a wall', async () => {
    const shapes = [
      { path: '/board', viewport: { width: 1440, height: 900 } },
      { path: '/board', viewport: { width: 1366, height: 768 } },
      { path: '/board?view=wall', viewport: { width: 1920, height: 1080 } },
    ]
    for (const { path, viewport } of shapes) {
      const { page, close } = await openPage(browser, server, path, { user: 'staff@demo', viewport })
      const last = page.locator('[data-room="315"]')
      await last.waitFor()
      const box = await last.boundingBox()
      expect((box?.y ?? 9999) + (box?.height ?? 0)).toBeLessThanOrEqual(viewport.height)
      await close()
    }
  })
})
