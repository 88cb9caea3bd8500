/** Shows the audit page on a real server: questions, keys, an entry in full, and a verification with a checkpoint that was kept. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { openSqlite } from '../../storage/registry/database.ts'
import { type AuditWorld, startAuditWorld } from '../server/audit-world.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { axeFindings, launchBrowser } from './support/browser.ts'

const DIST = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
/** Set to look at what the tests saw. */
const SHOTS = process.env.SCREENSHOTS

describeWith([chromium, mosquitto], 'the audit page', () => {
  let browser: Browser
  let world: AuditWorld
  beforeAll(async () => {
    await buildDashboard()
    browser = await launchBrowser()
    world = await startAuditWorld({ dashboardDir: DIST })
    const staff = await world.platform.as('staff')
    await staff.get('/facilities/sunny/board')
    await staff.get('/devices/trial-11?facility=sunny')
    await (await world.platform.as('admin')).post('/rooms', { facility: 'sunny', label: '204', unit: 'East' })
    await (await world.platform.as('staff-elsewhere')).get('/facilities/sunny/board')
    await (await world.platform.as(null)).post('/session', { user: 'staff', password: 'wrong' })
  })
  afterAll(async () => {
    await browser?.close()
    await world?.platform.stop()
  })

  async function visit(
    person: string,
    path: string,
    options: { language?: string; width?: number; height?: number; theme?: string } = {},
  ) {
    const { language = 'en', width = 1440, height = 900, theme = 'light' } = options
    const context = await browser.newContext({
      viewport: { width, height },
      timezoneId: 'Asia/Tokyo',
      acceptDownloads: true,
    })
    const { cookie } = await world.platform.as(person)
    const [name = '', value = ''] = cookie.split('=')
    await context.addCookies([{ name, value, url: world.platform.url }])
    await context.addInitScript(
      `localStorage.setItem('mimamori.language', '${language}'); localStorage.setItem('mimamori.theme', '${theme}')`,
    )
    const page = await context.newPage()
    const errors: string[] = []
    page.on('console', message => message.type() === 'error' && errors.push(message.text()))
    page.on('pageerror', error => errors.push(String(error)))
    await page.goto(world.platform.url + path)
    await page.locator('h1').waitFor()
    return { page, errors, close: () => context.close() }
  }
  const shoot = async (page: Page, name: string): Promise<void> => {
    if (SHOTS === undefined) return
    await mkdir(SHOTS, { recursive: true })
    await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true })
  }

  test('answers saved questions, and who saw a resident from an entry', async () => {
    const { page, errors, close } = await visit('auditor', '/audit')
    await page.getByRole('button', { name: 'Failed sign-ins' }).click()
    await page.locator('tbody tr[data-refused]').first().waitFor()
    expect(await page.locator('tbody tr').count()).toBe(1)
    expect(page.url()).toContain('question=failed_sign_ins')
    await page.getByRole('button', { name: 'All viewing' }).click()
    await page.getByText('Looked at a device’s values').waitFor()
    await page.locator('tr:has-text("Looked at a device’s values") button').click()
    await page.getByRole('button', { name: 'Who saw this resident' }).last().click()
    await page.getByText('Looked at the board').waitFor()
    expect(await page.locator('tbody tr[data-seq]').count()).toBe(2)
    expect(page.url()).toContain(`resident=${world.resident}`)
    await page.reload()
    await page.getByText('Looked at the board').waitFor()
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText('Enter a resident’s number').waitFor()
    expect(errors).toEqual([])
    await close()
  })

  test('goes through entries by j, k and Enter, and loads older ones', async () => {
    const { page, errors, close } = await visit('auditor', '/audit')
    const rows = page.locator('tbody tr[data-seq]')
    await rows.first().waitFor()
    await rows.first().locator('button').focus()
    const focused = () => page.evaluate('document.activeElement?.closest("tr")?.dataset.seq')
    const first = Number(await focused())
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    expect(Number(await focused())).toBe(first - 1)
    await page.keyboard.press('Enter')
    await page.locator('dl').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('dl').waitFor({ state: 'detached' })
    const before = await rows.count()
    await page.getByRole('button', { name: 'Show older entries' }).click()
    await expect.poll(() => rows.count()).toBeGreaterThan(before)
    expect(errors).toEqual([])
    await close()
  })

  test('verifies with a checkpoint from a file, and shows from where on a bent trail cannot be trusted', async () => {
    const kept = (await (await world.platform.as('maker')).get('/audit/checkpoint')).body as string
    const file = join(world.platform.dataDir, 'kept.checkpoint')
    await writeFile(file, kept)
    const { page, errors, close } = await visit('auditor', '/audit')
    await page.locator('input[type=file]').setInputFiles(file)
    await expect.poll(() => page.locator('textarea').inputValue()).toBe(kept)
    await page.getByRole('button', { name: 'Verify with this checkpoint' }).click()
    await page.locator('[data-ok=true]').waitFor()
    expect(await page.locator('[data-ok=true]').textContent()).toMatch(
      /The trail holds.*fits: they are as they were then/,
    )
    await shoot(page, 'audit-holds-en')
    const db = openSqlite(join(world.platform.dataDir, 'registry.sqlite'))
    const line = await db.selectFrom('audit_entries').select('line').where('seq', '=', 7).executeTakeFirstOrThrow()
    const bend = async (text: string) => {
      await sql`drop trigger if exists audit_entries_no_update`.execute(db)
      await db.updateTable('audit_entries').set({ line: text }).where('seq', '=', 7).execute()
    }
    await bend(line.line.replace('"result":"done"', '"result":"refused"'))
    try {
      await page.getByRole('button', { name: 'Verify with this checkpoint' }).click()
      await page.locator('[data-ok=false]').waitFor()
      expect(await page.locator('[data-ok=false]').textContent()).toContain('First entry that cannot be trusted: 7')
      await shoot(page, 'audit-bent-en')
    } finally {
      await bend(line.line)
      await db.destroy()
    }
    expect(errors).toEqual([])
    await close()
  })

  test('gives an administrator the own facility and a checkpoint, but no verification', async () => {
    const { page, errors, close } = await visit('admin', '/audit')
    await page.locator('tbody tr[data-seq]').first().waitFor()
    expect(await page.locator('textarea').count()).toBe(0)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Newest checkpoint' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^mimamori-audit-\d+\.checkpoint$/)
    expect(errors).toEqual([])
    await close()
    const maker = await visit('maker', '/me')
    await maker.page.getByRole('link', { name: 'Newest checkpoint' }).waitFor()
    await maker.close()
  })

  test.each([
    { language: 'ja', width: 1440, height: 900, theme: 'light' },
    { language: 'ko', width: 1366, height: 768, theme: 'night' },
    { language: 'ja', width: 390, height: 844, theme: 'night' },
    { language: 'ko', width: 390, height: 844, theme: 'light' },
    { language: 'en', width: 390, height: 844, theme: 'light' },
  ])('is clean with an entry open: $language $width $theme', async options => {
    const { page, errors, close } = await visit('auditor', '/audit', options)
    const row = page.locator('tbody tr[data-seq]:has-text("room.create"), tbody tr[data-seq]').nth(2)
    await row.locator('button').click()
    await page.locator('dl').waitFor()
    expect(await axeFindings(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    await shoot(page, `audit-${options.language}-${options.width}-${options.theme}`)
    expect(errors).toEqual([])
    await close()
  })
})
