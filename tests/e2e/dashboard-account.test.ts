/** Shows how people come in and keep their account, on the real server under its real content policy: first administrator, invitation, password, sessions, tokens. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import { firstStartCode } from '../../server/auth/first-start.ts'
import { eventually, PASSWORD, type Platform, startPlatform } from '../server/platform.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { axeFindings, launchBrowser } from './support/browser.ts'

const DIST = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true }
type Language = 'ja' | 'ko' | 'en'

describeWith([chromium, mosquitto], 'the own account in the browser', () => {
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
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
    expect(errors).toEqual([])
  })

  const visit = async (url: string, language: Language, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    })
    await context.addInitScript(
      `localStorage.getItem('mimamori.language') ?? localStorage.setItem('mimamori.language', '${language}')`,
    )
    open.push(context)
    const page = await context.newPage()
    page.on('console', message => {
      // A wrong code and nobody being signed in are said by the browser too.
      if (message.type() === 'error' && !/status of (401|400|404)/.test(message.text())) errors.push(message.text())
    })
    page.on('pageerror', error => errors.push(String(error)))
    await page.goto(url)
    return page
  }
  /** Kept where PICTURES names a folder, to be looked at. */
  const picture = async (page: Page, name: string): Promise<void> => {
    expect([name, await axeFindings(page)]).toEqual([name, []])
    const folder = process.env.PICTURES
    if (!folder) return
    mkdirSync(folder, { recursive: true })
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true })
  }
  const signIn = async (page: Page, user: string, password = PASSWORD): Promise<void> => {
    await page.locator('input[name=user]').fill(user)
    await page.locator('input[name=password]').fill(password)
    await page.locator('button[type=submit]').click()
    await page.locator('nav').waitFor()
  }

  test('the first administrator comes in with the printed code, and the door closes behind', async () => {
    const empty = await startPlatform({ people: false, settings: { dashboardDir: DIST } })
    try {
      const code = (await firstStartCode(empty.registry)) ?? ''
      const page = await visit(empty.url, 'en')
      await page.getByRole('link', { name: 'Set up the first administrator' }).click()
      await page.getByLabel('One-time code').fill('not the code')
      await page.getByLabel('Administrator’s ID').fill('chief')
      await page.getByLabel('New password').fill('short')
      await page.getByRole('button', { name: 'Create and begin' }).click()
      await page.getByText('Enter at least 10 characters').waitFor()
      await page.getByLabel('New password').fill('mimamori12')
      await page.getByRole('button', { name: 'Create and begin' }).click()
      await page.getByText('The code is not right').waitFor()
      await page.getByLabel('One-time code').fill(code)
      await page.getByRole('button', { name: 'Create and begin' }).click()
      await page.getByText('easy to guess').waitFor()
      await picture(page, 'setup-en')
      await page.getByLabel('New password').fill('a window in winter')
      await page.getByRole('button', { name: 'Create and begin' }).click()
      // Nothing is there yet: a facility comes first.
      await page.locator('[data-kind=facility]').waitFor()
      expect(new URL(page.url()).pathname).not.toBe('/setup')
      const stranger = await visit(empty.url, 'ja', PHONE)
      await stranger.getByLabel('職員番号または ID').waitFor()
      expect(await stranger.getByRole('link', { name: '最初の管理者を登録する' }).count()).toBe(0)
      await stranger.goto(`${empty.url}/setup`)
      await stranger.getByRole('heading', { name: '最初の管理者' }).waitFor()
      await picture(stranger, 'setup-ja-phone')
    } finally {
      for (const context of open.splice(0)) await context.close()
      await empty.stop()
    }
  })

  test('an invited person opens the link, and the code leaves the address at once', async () => {
    const admin = await platform.as('admin')
    const made = await admin.post('/users', { user: 'hana', role: 'staff', facilities: ['sunny'], language: 'ko' })
    const { code, url } = made.body.invitation
    const page = await visit(`${platform.url}${url}`, 'ja', PHONE)
    expect(await page.getByLabel('招待コード').inputValue()).toBe(code)
    expect(page.url()).not.toContain(code)
    await page.getByLabel('新しいパスワード').fill('冬の窓に雪がつもる')
    await page.getByText('10文字以上').first().waitFor()
    await picture(page, 'welcome-ja-phone')
    await page.getByLabel('新しいパスワード').fill('冬の窓に雪がつもるよ')
    await page.getByRole('button', { name: '設定してサインイン' }).click()
    await page.locator('[data-testid=link]').waitFor()
    expect(new URL(page.url()).pathname).toBe('/board')
    const again = await visit(`${platform.url}${url}`, 'ko')
    await again.getByLabel('새 비밀번호').fill('another long one')
    await again.getByRole('button', { name: '설정하고 로그인' }).click()
    await again.getByText('사용할 수 없습니다').waitFor()
    await picture(again, 'welcome-ko-gone')
  })

  test('sessions are listed and ended, the password is changed, the language is kept for the next device', async () => {
    const tablet = await visit(platform.url, 'ja', PHONE)
    await signIn(tablet, 'staff')
    const page = await visit(platform.url, 'ja')
    await signIn(page, 'staff')
    await page.goto(`${platform.url}/me`)
    await page.getByText('この端末').waitFor()
    const there = page.getByRole('button', { name: 'サインアウトさせる' })
    await there.first().waitFor()
    await picture(page, 'account-ja')
    const before = await there.count()
    await there.first().click()
    await eventually(async () => (await there.count()) === before - 1)
    await tablet.getByText('サインインの期限が切れました').waitFor()

    await page.getByLabel('現在のパスワード').fill('not this one')
    await page.getByLabel('新しいパスワード').fill('冬の窓に雪がつもる音')
    await page.getByRole('button', { name: 'パスワードを変更' }).click()
    await page.getByText('現在のパスワードが違います').waitFor()
    await page.getByLabel('現在のパスワード').fill(PASSWORD)
    await page.getByRole('button', { name: 'パスワードを変更' }).click()
    await page.getByText('パスワードを変更しました').waitFor()
    await page.getByRole('radio', { name: '한국어' }).click()
    await page.getByRole('heading', { name: '로그인된 기기' }).waitFor()
    await eventually(async () => (await platform.registry.users.get('staff'))?.language === 'ko')
    await signIn(tablet, 'staff', '冬の窓に雪がつもる音')
  })

  test('a maker makes a token that is shown once, uses it, and ends it', async () => {
    const page = await visit(platform.url, 'ko', PHONE)
    await signIn(page, 'maker')
    await page.goto(`${platform.url}/me`)
    await page.getByRole('button', { name: '토큰 만들기' }).click()
    await page.getByLabel('용도').fill('야간 수집')
    await page.getByText('기기의 상태 조회', { exact: false }).or(page.getByText('기기 상태 조회')).first().click()
    await picture(page, 'token-new-ko-phone')
    await page.getByRole('button', { name: '만들기', exact: true }).click()
    const token = (await page.locator('output').textContent()) ?? ''
    expect(token).toMatch(/^mmt_[0-9A-Za-z]{49}$/)
    await picture(page, 'token-shown-ko-phone')
    const ask = async () =>
      (await fetch(`${platform.url}/api/v1/devices`, { headers: { authorization: `Bearer ${token}` } })).status
    expect(await ask()).toBe(200)
    await page.getByRole('button', { name: '보관했습니다' }).click()
    await page.reload()
    await page.getByText('야간 수집').waitFor()
    expect(await page.content()).not.toContain(token)
    await page.getByRole('button', { name: '폐기' }).click()
    await page.getByText('아직 토큰이 없습니다').waitFor()
    expect(await ask()).toBe(401)
  })

  test('an administrator adds a person, hands the invitation over, and ends the account', async () => {
    const page = await visit(platform.url, 'ja')
    await signIn(page, 'admin')
    await page.getByRole('link', { name: 'ユーザー' }).click()
    await page.getByRole('button', { name: 'ユーザーを追加' }).click()
    await page.getByLabel('ID').fill('night-shift')
    await page.getByRole('button', { name: /役割/ }).click()
    await page.getByRole('option', { name: '介護職員' }).click()
    await picture(page, 'users-new-ja')
    await page.getByRole('button', { name: '追加して招待を作る' }).click()
    const link = (await page.locator('output').first().textContent()) ?? ''
    expect(link.startsWith(`${platform.url}/welcome#`)).toBe(true)
    await page.locator('[data-user=night-shift]').getByText('招待中').waitFor()
    await picture(page, 'users-invited-ja')
    await page.getByRole('button', { name: '渡しました' }).click()

    const phone = await visit(link, 'ko', PHONE)
    await phone.getByLabel('새 비밀번호').fill('a window in winter')
    await phone.getByRole('button', { name: '설정하고 로그인' }).click()
    await phone.locator('[data-testid=link]').waitFor()
    await page.reload()
    const row = page.locator('[data-user=night-shift]')
    await row.getByText('利用中').waitFor()
    await row.getByRole('button', { name: '停止する' }).click()
    await row.getByText('すぐに無効になります').waitFor()
    await row.getByRole('button', { name: '停止する' }).click()
    await row.getByText('停止中').waitFor()
    await phone.getByText('로그인이 만료되었습니다').waitFor()
    await page.setViewportSize(PHONE.viewport)
    await picture(page, 'users-ja-phone')
  })

  test('the description of the API is a page that the content policy lets stand', async () => {
    const page = await visit(`${platform.url}/api/docs`, 'en')
    await page.getByRole('heading', { name: 'Mimamori API' }).waitFor()
    expect(
      await page
        .locator('article')
        .first()
        .evaluate('getComputedStyle(document.querySelector("article")).borderTopStyle'),
    ).toBe('solid')
  })
})
