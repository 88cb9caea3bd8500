/** Shows the dashboard in use: signing in, moving by keys, filters in the address, the phone, charts and tables, and a request's whole way. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { launchBrowser, type OpenOptions, type OpenPage, openPage } from './support/browser.ts'
import { type MockServer, PASSWORD, startMockServer } from './support/mock-server.ts'

describeWith(chromium, 'the dashboard in use', () => {
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
  const visit = async (path: string, options: OpenOptions = {}): Promise<Page> => {
    const visitor = await openPage(browser, server, path, options)
    open.push(visitor)
    return visitor.page
  }
  const focused = (page: Page): Promise<unknown> => page.evaluate('document.activeElement.dataset.room')

  test('language comes before signing in, and a wrong password says nothing more', async () => {
    const page = await visit('/')
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByLabel('Staff number or ID').fill('staff@demo')
    await page.getByLabel('Password', { exact: true }).fill('wrong')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('ID or password is not right').waitFor()
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('[data-room="201"]').waitFor()
    expect(new URL(page.url()).pathname).toBe('/board')
  })

  test('a lock-out is shown with its time, and the button waits', async () => {
    const page = await visit('/')
    await page.getByLabel('職員番号または ID').fill('locked@demo')
    await page.getByLabel('パスワード', { exact: true }).fill('x')
    await page.getByRole('button', { name: 'サインイン' }).click()
    await page.getByText(/あと 1:\d\d で/).waitFor()
    expect(await page.getByRole('button', { name: 'サインイン' }).isDisabled()).toBe(true)
  })

  test('a password can be pasted', async () => {
    const page = await visit('/')
    const field = page.getByLabel('パスワード', { exact: true })
    await field.focus()
    await page.keyboard.insertText(PASSWORD)
    expect(await field.inputValue()).toBe(PASSWORD)
  })

  test('the clock is that of the facility when the browser is in New York', async () => {
    const page = await visit('/board', { user: 'staff@demo' })
    await page.locator('[data-room="201"]').waitFor()
    const bar = (await page.locator('header').textContent()) ?? ''
    expect(bar).toMatch(/05:4\d:\d\d11月23日\(月\)/)
    expect(bar).toContain('JST')
  })

  test('arrows move over the tiles with one tab stop, and Enter opens the room', async () => {
    const page = await visit('/board', { user: 'staff@demo' })
    await page.locator('[data-room="201"]').focus()
    expect(await page.locator('[data-room][tabindex="0"]').count()).toBe(1)
    await page.keyboard.press('ArrowRight')
    expect(await focused(page)).toBe('202')
    await page.keyboard.press('ArrowDown')
    expect(await focused(page)).toBe('210')
    await page.keyboard.press('ArrowDown')
    expect(await focused(page)).toBe('302')
    await page.keyboard.press('End')
    expect(await focused(page)).toBe('315')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: '315' }).waitFor()
    await page.locator('h1:focus').waitFor()
  })

  test('the filter stands in the address and says what it hides', async () => {
    const page = await visit('/board', { user: 'staff@demo' })
    await page.getByLabel('表示する部屋').selectOption('unseen')
    await page.getByText('全24室のうち4室を表示しています').waitFor()
    expect(page.url()).toContain('show=unseen')
    await page.reload()
    await page.locator('[data-room="210"]').waitFor()
    expect(await page.locator('[data-room]').count()).toBe(4)
    await page.getByRole('button', { name: 'すべて表示' }).click()
    expect(await page.locator('[data-room]').count()).toBe(24)
  })

  test('the sums add up to all rooms', async () => {
    const page = await visit('/board', { user: 'staff@demo' })
    await page.locator('[data-room="201"]').waitFor()
    const sums = await page.locator('main dl dd').allTextContents()
    expect(sums.map(Number).reduce((sum, each) => sum + each, 0)).toBe(24)
  })

  test('on a phone the rooms to look at come first, and one tap opens a room', async () => {
    const page = await visit('/board', { user: 'staff@demo', viewport: { width: 390, height: 844 }, hasTouch: true })
    await page.locator('[data-room="305"]').waitFor()
    const order = await page.locator('[data-room]').evaluateAll(all => all.map(room => room.getAttribute('data-look')))
    expect(order.slice(0, 3)).toEqual(['unseen', 'unseen', 'unseen'])
    expect(order.slice(3, 8)).toEqual(['up', 'up', 'up', 'up', 'up'])
    for (const box of await page
      .locator('nav a')
      .evaluateAll(all => all.map(door => door.getBoundingClientRect().height)))
      expect(box).toBeGreaterThanOrEqual(48)
    await page.locator('[data-room="207"]').tap()
    await page.getByRole('heading', { level: 1, name: '207' }).waitFor()
    await page.getByRole('link', { name: '自分' }).tap()
    await page.getByRole('radio', { name: '한국어' }).tap()
    await page.getByRole('link', { name: '호실' }).tap()
    await page.getByText('살펴볼 호실이 8곳 있습니다').waitFor()
  })

  test('the chart can be read by keys, as a table, and as a file', async () => {
    const page = await visit('/rooms/r207', { user: 'staff@demo' })
    const cursor = page.getByRole('slider')
    await cursor.waitFor()
    await page.locator('.uplot canvas').first().waitFor()
    await cursor.focus()
    for (const key of ['Home', 'PageUp', 'PageUp', 'ArrowRight']) await page.keyboard.press(key)
    expect(await cursor.getAttribute('aria-valuetext')).toMatch(/^\d\d:\d\d .*(体動|離床|睡眠)/)
    expect(await page.getByRole('link', { name: /CSV 心拍/ }).getAttribute('href')).toMatch(
      /^\/api\/v1\/devices\/mat-0207\/readings\.csv\?facility=demo&metric=heart_rate&from=/,
    )
    await page.getByRole('button', { name: '表で見る' }).click()
    expect(await page.getByRole('table').count()).toBeGreaterThanOrEqual(3)
    await page.getByRole('button', { name: '図で見る' }).click()
    await page.getByRole('radio', { name: '7日' }).click()
    await page.locator('.uplot canvas').first().waitFor()
  })

  test("a maker sees its device's state and no value of a resident", async () => {
    const page = await visit('/devices', { user: 'maker@demo', language: 'ko' })
    await page.getByRole('link', { name: /mat-0207/ }).click()
    await page.getByText('이 기기의 값은 볼 수 없습니다').waitFor()
    expect(await page.locator('.uplot').count()).toBe(0)
  })

  test('a request goes from its form to review', async () => {
    const page = await visit('/datasets', { user: 'maker@demo', language: 'ko' })
    await page.getByRole('link', { name: '새 신청' }).click()
    await page.getByRole('button', { name: '제출하기' }).click()
    await page.getByText(/입력 필요: 이용 목적, 시설, 기종, 기간/).waitFor()
    await page.getByLabel('이용 목적').fill('야간 이탈 감지 평가')
    await page.getByRole('button', { name: /시설 선택/ }).click()
    await page.getByRole('option', { name: 'みなと苑' }).click()
    await page.getByText('수면 매트').click()
    const days = page.getByRole('group', { name: '기간' }).getByRole('spinbutton')
    await days.first().click()
    await page.keyboard.type('2026090120261031')
    await page.getByRole('button', { name: '제출하기' }).click()
    await page.getByRole('heading', { name: '야간 이탈 감지 평가' }).waitFor()
    await page.getByText('2026-09-01 – 2026-10-31').waitFor()
    expect(await page.locator('[aria-current=step]').textContent()).toContain('심사 1/2')
  })

  test('progress of a build arrives by the socket', async () => {
    const page = await visit('/datasets/DR-2026-011', { user: 'maker@demo', language: 'ko' })
    const bar = page.getByRole('progressbar')
    await bar.waitFor()
    expect(await bar.getAttribute('aria-valuenow')).toBe('46')
    server.sendJob({ request: 'DR-2026-011', state: 'preparing', step: 'sign', progress: 0.93, readings: 1_300_000 })
    await page.getByText('93 %').waitFor()
    await page.getByText('서명', { exact: true }).waitFor()
  })

  test('a ready dataset shows hash, link and the command that checks it', async () => {
    const page = await visit('/datasets/DR-2026-009', { user: 'maker@demo', language: 'ko' })
    await page.getByText('dec7030ea8d9f14c32422c1f256f9391129108d58e9e42e50d946a43c83181a9').waitFor()
    expect(await page.locator('pre').textContent()).toMatch(/^npm run verify -- DS-2026-009\.zip --key RWQ/)
    expect(await page.getByRole('link', { name: '내려받기' }).first().getAttribute('href')).toContain(
      '/api/v1/datasets/DS-2026-009/files/DS-2026-009.zip?',
    )
  })

  test('a steward owes a reason for a return, and an approval completes the review', async () => {
    const page = await visit('/datasets', { user: 'steward@demo' })
    await page.getByRole('link', { name: /DR-2026-013/ }).click()
    await page.getByRole('button', { name: '差し戻す' }).click()
    await page.getByRole('alert').getByText('理由が必要です').waitFor()
    await page.getByRole('button', { name: '承認する' }).click()
    await page.getByText('2 / 2').waitFor()
    await page.getByText('今は審査の対象ではありません').waitFor()
  })
})
