/** Swapping a device on a phone at night, by its camera and by typing, and taking it back; on the whole platform in Chromium. */
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type Page, chromium as playwright } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { buildDashboard } from '../../dashboard/build.ts'
import type { Api } from '../app/support/api.ts'
import { type Standalone, startStandalone } from '../app/support/standalone.ts'
import { chromium, chromiumOptions } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { axeFindings } from './support/browser.ts'
import { cameraFlags, filmCodes } from './support/camera.ts'

const PHONE = { width: 390, height: 844 }

describeWith(chromium, 'a device swap on a phone', () => {
  let platform: Standalone
  let browser: Browser
  let admin: Api
  let dir: string
  let page: Page
  const errors: string[] = []
  beforeAll(async () => {
    await buildDashboard()
    dir = await mkdtemp(join(tmpdir(), 'mimamori-camera-'))
    platform = await startStandalone()
    admin = await platform.signIn('admin@demo')
    const film = join(dir, 'labels.y4m')
    // A label printed at another address reads just as well.
    await filmCodes(film, ['https://old.example/d/demo/spare-1', 'https://old.example/d/demo/r201-sleep-mat'])
    const options = chromiumOptions()
    browser = await playwright.launch({ ...options, args: [...options.args, ...cameraFlags(film)] })
    for (const id of ['spare-1', 'spare-2'])
      await admin.post('/devices', { facility: 'demo', id, profile: 'bed.sleep_mat', maker: 'demo-maker' })
  })
  afterEach(async () => {
    await page?.context().close()
    expect(errors.splice(0)).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.kill()
    await rm(dir, { recursive: true, force: true })
  })

  const visit = async (path: string, { language = 'ja', camera = true } = {}): Promise<void> => {
    const context = await browser.newContext({
      ...{ viewport: PHONE, hasTouch: true, isMobile: true, reducedMotion: 'reduce', locale: 'ja-JP' },
      permissions: camera ? ['camera'] : [],
    })
    await context.addInitScript(
      `localStorage.setItem('mimamori.language', '${language}'); localStorage.setItem('mimamori.theme', 'night')`,
    )
    page = await context.newPage()
    page.on('console', message => {
      if (message.type() === 'error' && !/401|409/.test(message.text())) errors.push(message.text())
    })
    page.on('pageerror', error => errors.push(String(error)))
    await page.request.post(`${platform.url}/api/v1/session`, {
      data: { user: 'staff@demo', password: passwordOf('staff@demo') },
    })
    await page.goto(`${platform.url}${path}`)
  }
  const passwordOf = (user: string): string => {
    const file = readFileSync(join(platform.dataDir, 'demo-accounts.json'), 'utf8')
    return (JSON.parse(file) as { user: string; password: string }[]).find(each => each.user === user)?.password ?? ''
  }
  const shot = (name: string) =>
    process.env.SHOTS ? page.screenshot({ path: join(process.env.SHOTS, `${name}.png`) }) : Promise.resolve()
  const roomOf = async (device: string) =>
    (await admin.get<{ room: { label: string } | null }>(`/devices/${device}?facility=demo`)).body.room?.label ?? null

  test('reads both labels by the camera in any order, swaps on one press, and takes it back', async () => {
    await visit('/swap')
    await page.getByText('1. 外す機器の札を読み取る').waitFor()
    await shot('swap-1-start')
    expect(await axeFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'カメラで読み取る' }).tap()
    await page.getByText('札の QR コードを枠に入れてください').waitFor()
    await shot('swap-2-camera')
    const swap = page.getByRole('button', { name: '交換する' })
    await swap.waitFor({ timeout: 30_000 })
    await shot('swap-3-confirm')
    const box = await swap.boundingBox()
    expect(box?.height).toBeGreaterThanOrEqual(56)
    // Within reach of the thumb that holds the phone.
    expect(box?.y).toBeGreaterThan(PHONE.height / 2)
    expect(await axeFindings(page)).toEqual([])
    await swap.tap()
    await page.getByText('交換しました').waitFor()
    await shot('swap-4-done')
    expect([await roomOf('r201-sleep-mat'), await roomOf('spare-1')]).toEqual([null, '201'])
    await page.getByRole('button', { name: /元に戻す/ }).tap()
    await page.getByText('元に戻しました').waitFor()
    await shot('swap-5-undone')
    expect([await roomOf('r201-sleep-mat'), await roomOf('spare-1')]).toEqual(['201', null])
    expect(await axeFindings(page)).toEqual([])
  })

  test('swaps by typing where there is no camera, and starts from a label that the phone itself has read', async () => {
    await visit('/d/demo/r202-sleep-mat', { camera: false, language: 'ko' })
    await page.getByText('2. 대신 놓을 기기의 라벨을 스캔하세요').waitFor()
    await shot('swap-6-typing-ko')
    await page.getByLabel('또는 번호를 입력').fill('spare-2')
    await page.getByRole('button', { name: /spare-2/ }).tap()
    await page.getByRole('button', { name: '교체하기' }).tap()
    await page.getByText('교체했습니다').waitFor()
    expect(await roomOf('spare-2')).toBe('202')
    await page.getByRole('button', { name: '다른 기기 교체' }).tap()
    await page.getByText('1. 떼어 낼 기기의 라벨을 스캔하세요').waitFor()
  })

  test('says so when the device that comes is of another type, and offers no swap', async () => {
    const door = platform.devices().find(each => each.profile === 'room.door_motion' && !each.spare)
    await visit(`/swap?device=demo.${door?.device}`, { language: 'en' })
    await page.getByRole('button', { name: 'Scan with the camera' }).tap()
    await page.getByRole('alert').filter({ hasText: 'These are two types' }).waitFor({ timeout: 30_000 })
    await shot('swap-7-types-en')
    expect(await page.getByRole('button', { name: 'Swap', exact: true }).count()).toBe(0)
    // Another one may be scanned at once.
    await page.getByText('2. Scan the label of the device you put there').waitFor()
    await page.getByRole('button', { name: 'Start over' }).tap()
    await page.getByText('1. Scan the label of the device you take away').waitFor()
  })
})
