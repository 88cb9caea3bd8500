/** Shows the fleet page: its sums, what it says when they do not agree or nobody answers, and what each role sees of refused messages. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { axeFindings, launchBrowser, type OpenOptions, type OpenPage, openPage } from './support/browser.ts'
import { type MockServer, startMockServer } from './support/mock-server.ts'

const LANGUAGES = ['ja', 'ko', 'en'] as const
const SHAPES = [
  { viewport: { width: 1440, height: 900 }, theme: 'light' },
  { viewport: { width: 1366, height: 768 }, theme: 'night' },
  { viewport: { width: 390, height: 844 }, theme: 'light' },
  { viewport: { width: 1920, height: 1080 }, theme: 'night' },
] as const
const HEART_RATE = '912.4'

describeWith(chromium, 'the fleet page', () => {
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
    for (const each of open) await each.close()
    open = []
    await server.stop()
  })
  const visit = async (options: OpenOptions = {}): Promise<Page> => {
    const visitor = await openPage(browser, server, '/devices', { user: 'admin@demo', ...options })
    open.push(visitor)
    return visitor.page
  }
  const figures = (text: string | null): number[] =>
    (text ?? '').match(/\d[\d,]*/g)?.map(each => Number(each.replaceAll(',', ''))) ?? []

  test('shows two equations whose sides are equal', async () => {
    const page = await visit()
    await page.locator('[data-testid=balance][data-balanced=true]').waitFor()
    const [fates, expected] = await page.locator('section:has([data-testid=balance]) > p').allTextContents()
    const [committed, ...parts] = figures(fates ?? '')
    expect(parts).toHaveLength(6)
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(committed)
    const [total, received, missing, recovered] = figures((expected ?? '').split('後から到着')[0] ?? '')
    expect((received ?? 0) + (missing ?? 0) - (recovered ?? 0)).toBe(total)
  })

  test('puts first what does not add up, then what is worst, and folds nothing away that needs a look', async () => {
    server.ledger.scene = 'red'
    const page = await visit()
    await page.locator('tbody tr[data-standing]').first().waitFor()
    const rows = await page.locator('tbody tr[data-standing]').allTextContents()
    expect(rows.slice(0, 3).map(row => /(?:mat|tag)-\d{4}/.exec(row)?.[0])).toEqual([
      'mat-0208',
      'mat-0305',
      'mat-0210',
    ])
    await page.getByRole('radio', { name: '居室順' }).click()
    await expect
      .poll(async () => (await page.locator('tbody tr[data-standing]').first().textContent()) ?? '')
      .toContain('mat-0201')
    expect(page.url()).toContain('by=room')
  })

  test('names the equation that does not hold, with device, hour and difference', async () => {
    server.ledger.scene = 'red'
    const page = await visit()
    const red = page.locator('[data-equation=recount]')
    await red.waitFor()
    expect(await page.locator('[data-testid=balance]').getAttribute('data-balanced')).toBe('false')
    expect(await red.textContent()).toContain('保存先を数え直した数が、保存済みの数と違います')
    expect(await red.textContent()).toMatch(/mat-0208 03:00からの1時間 差 −1.*差 −2/)
  })

  test('says that the gateway does not answer, keeps the devices, and heals when it does', async () => {
    server.ledger.isAway = true
    const page = await visit()
    const note = page.locator('[data-testid=ledger-away]')
    await note.getByText('ゲートウェイが答えないため').waitFor()
    await note.getByText('c0ffee-503').waitFor()
    await page.getByRole('link', { name: /mat-0207/ }).waitFor()
    expect(await page.locator('[data-testid=balance]').count()).toBe(0)
    server.ledger.isAway = false
    await note.getByRole('button', { name: 'もう一度試す' }).click()
    await page.locator('[data-testid=balance]').waitFor()
    expect(await note.count()).toBe(0)
  })

  test("shows an original to the facility's administrator when asked, with the refused value marked", async () => {
    const page = await visit()
    const button = page.getByRole('button', { name: '元の送信を見る' }).first()
    await button.waitFor()
    expect(await page.content()).not.toContain(HEART_RATE)
    await button.click()
    await page.locator('mark', { hasText: HEART_RATE }).waitFor()
    await page.getByRole('button', { name: '閉じる' }).click()
    expect(await page.content()).not.toContain(HEART_RATE)
  })

  test.each(['staff@demo', 'operator@demo', 'auditor@demo', 'maker@demo'])('shows %s no original', async user => {
    const page = await visit({ user })
    await page.getByText('out_of_range').waitFor()
    expect(await page.getByRole('button', { name: '元の送信を見る' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: '保存先に送り直す' }).count()).toBe(user === 'operator@demo' ? 1 : 0)
  })

  test('gives dead letters to the store again only after a second press, and says what came of it', async () => {
    const page = await visit()
    await page.getByRole('button', { name: '保存先に送り直す' }).click()
    await page.getByText('3件を保存先に送り直します').waitFor()
    expect(server.ledger.isReplayed).toBe(false)
    await page.getByRole('button', { name: 'やめる' }).click()
    await page.getByRole('button', { name: '保存先に送り直す' }).click()
    await page.getByRole('button', { name: '送り直す', exact: true }).click()
    await page.getByText('2件を保存しました。 1件はまだ保存できません。').waitFor()
    await page.getByText('保存先が拒否 1件').waitFor()
  })

  test('shows a maker whole days and shares, no count, room or moment', async () => {
    const page = await visit({ user: 'maker@demo', language: 'ko' })
    await page.getByText(/7일간의 값입니다/).waitFor()
    await page.getByText('98.2%').waitFor()
    expect(
      await page.locator('th[data-column]').evaluateAll(all => all.map(th => th.getAttribute('data-column'))),
    ).toEqual(['state', 'device', 'version', 'heard', 'coverage', 'battery', 'skew'])
    expect(await page.locator('main').textContent()).not.toMatch(/\d\d:\d\d/)
  })

  test('dates every "none" when all is well', async () => {
    server.ledger.scene = 'calm'
    const page = await visit()
    for (const none of ['拒否はありません', '競合はありません', '保存できなかったデータはありません'])
      await page.getByText(new RegExp(`${none} 05:4\\d 現在`)).waitFor()
    expect(await page.getByRole('button', { name: '保存先に送り直す' }).count()).toBe(0)
  })

  const LOOKS = LANGUAGES.flatMap(language => (['red', 'away', 'opened'] as const).map(state => ({ language, state })))
  test.each(LOOKS)('is clean in every shape, $state, in $language', async ({ language, state }) => {
    server.ledger.scene = state === 'red' ? 'red' : 'mixed'
    server.ledger.isAway = state === 'away'
    for (const { viewport, theme } of SHAPES) {
      const page = await visit({ language, theme, viewport })
      await page.locator(state === 'away' ? '[data-testid=ledger-away]' : '[data-testid=balance]').waitFor()
      await page.locator('tbody tr').first().waitFor()
      if (state === 'opened') {
        await page.locator('aside button[aria-expanded]').first().click()
        await page.locator('mark').waitFor()
      }
      const at = `${state} ${viewport.width} ${theme}`
      expect([at, await axeFindings(page)]).toEqual([at, []])
      expect([at, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([at, 0])
      const cut = await page
        .locator('table')
        .evaluate(table => table.scrollWidth - (table.parentElement?.clientWidth ?? 0))
      expect([at, cut <= 0]).toEqual([at, true])
    }
  })
})
