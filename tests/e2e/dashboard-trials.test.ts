/** A trial in the browser, from its plan to a corrected event: as its maker, the site's administrator, its staff, and a steward; on the real server. */
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { storeKey } from '../../core/readings.ts'
import { buildDashboard } from '../../dashboard/build.ts'
import { type Client, DAY_MS, d, eventually, f, type Platform, p, startPlatform } from '../server/platform.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { launchBrowser } from './support/browser.ts'
import { createVisitor, type Language } from './support/visitor.ts'

const DIST = fileURLToPath(new URL('../../dashboard/dist', import.meta.url))
const day = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)
const at = (ms: number): string => new Date(ms).toISOString()
const PROTOCOL = Buffer.alloc(3_000_000, 'protocol of a trial, version one')
const SHA = createHash('sha256').update(PROTOCOL).digest('hex')

describeWith([chromium, mosquitto], 'trials in the browser', () => {
  let browser: Browser
  let platform: Platform
  let admin: Client
  let maker: Client
  const { visit, picture, leave } = createVisitor(
    () => browser,
    () => platform,
    [409],
  )
  beforeAll(async () => {
    await buildDashboard()
    browser = await launchBrowser()
    platform = await startPlatform({ settings: { dashboardDir: DIST } })
    admin = await platform.as('admin')
    maker = await platform.as('maker')
  })
  afterEach(leave)
  afterAll(async () => {
    await browser?.close()
    await platform?.stop()
  })

  const design = (title: string) => ({
    title,
    sponsor: '가온메드 주식회사',
    legal_route: 'real_use_evaluation',
    device_types: ['bed.sleep_mat'],
    sites: ['sunny'],
    from: day(-20),
    to: day(40),
  })
  async function lockedTrial(title: string): Promise<string> {
    const { id } = (await maker.post('/trials', design(title))).body
    await maker.post(`/trials/${id}/protocols`, { version: '1.0', sha256: SHA })
    await maker.post(`/trials/${id}/lock`, { protocol: '1.0' })
    return id
  }
  async function resident(name: string, room: number, purpose: string): Promise<string> {
    const { id } = (await admin.post('/residents', { facility: 'sunny', identity: { name } })).body
    const from = at(Date.now() - DAY_MS)
    await admin.post(`/residents/${id}/stays`, { room: platform.rooms[room], from })
    await admin.post('/consents', {
      ...{ facility: 'sunny', resident: id, purpose, from },
      ...{ recipient_country: 'KR', text_version: '2026-10' },
    })
    return id
  }
  const choose = async (page: Page, label: string, text: RegExp): Promise<void> => {
    const field = page.getByLabel(label, { exact: true })
    const options = await field.locator('option').allTextContents()
    await field.selectOption({ label: options.find(option => text.test(option)) ?? `no ${text} in ${options}` })
  }

  test('a maker plans a trial, registers the hash of its protocol without sending the file, and locks it', async () => {
    const page = await visit('maker', '/trials', { language: 'ko' })
    await page.getByText('아직 시험이 없습니다').waitFor()
    await picture(page, 'trials-empty-ko')
    await page.getByRole('link', { name: '새 시험' }).click()
    await page.getByRole('button', { name: '시험 만들기' }).click()
    await page.getByText('시험 이름, 의뢰자, 제도상 구분', { exact: false }).waitFor()
    await page.getByLabel('시험 이름').fill('야간 낙상 예측 매트의 실사용 평가')
    await page.getByLabel('의뢰자').fill('가온메드 주식회사')
    await page.getByLabel('제도상 구분').selectOption({ label: '실사용 평가' })
    await page.getByText('Sunny House').click()
    await page.getByText('bed.sleep_mat').click()
    const [from, to] = [day(-1), day(60)]
    const segments = page.getByRole('spinbutton')
    for (const [n, part] of [...from.split('-'), ...to.split('-')].entries()) {
      await segments.nth(n).click()
      await page.keyboard.type(String(Number(part)))
    }
    await picture(page, 'trial-new-ko')
    await page.getByRole('button', { name: '시험 만들기' }).click()
    await page.getByText('아직 계획서가 등록되지 않았습니다').waitFor()
    await picture(page, 'trial-planned-ko')
    await page.getByRole('link', { name: '수정하기' }).click()
    await page.getByLabel('의뢰자').fill('가온메드')
    await page.getByRole('button', { name: '저장' }).click()
    await page.getByRole('heading', { name: '시험 계획서' }).waitFor()

    const sent: string[] = []
    page.on('request', request => {
      if (request.method() === 'POST') sent.push(request.postData() ?? '')
    })
    await page.getByLabel('판', { exact: true }).fill('1.0')
    const file = { name: 'protocol.pdf', mimeType: 'application/pdf', buffer: PROTOCOL }
    await page.getByLabel('계획서 파일').setInputFiles(file)
    await page.getByText(SHA).waitFor()
    await page.getByRole('button', { name: '등록', exact: true }).click()
    await page.getByRole('button', { name: '1.0 판 확정' }).click()
    await page.getByText('되돌릴 수 없고', { exact: false }).waitFor()
    await picture(page, 'trial-lock-ko')
    await page.getByRole('button', { name: '확정', exact: true }).click()
    await page.getByText('계획서가 확정되어', { exact: false }).waitFor()
    expect(await page.getByRole('link', { name: '수정하기' }).count()).toBe(0)
    expect(sent.join('')).toContain(SHA)
    expect(sent.join('').length).toBeLessThan(1000)

    await page.getByText('등록된 계획서인지 확인', { exact: false }).click()
    await page.getByLabel('확인할 파일').setInputFiles({ ...file, buffer: Buffer.from('another') })
    await page.getByText('어느 판과도 일치하지 않습니다', { exact: false }).waitFor()
    await page.getByLabel('확인할 파일').setInputFiles(file)
    await page.getByText('1.0 판과 일치합니다').waitFor()
    await page.getByRole('button', { name: '개정판 등록' }).click()
    await picture(page, 'trial-amend-ko')
    await page.setViewportSize({ width: 390, height: 844 })
    await picture(page, 'trial-amend-ko-phone')
    await page.getByRole('link', { name: '뒤로' }).click()
    await page.getByText('등록 가능').waitFor()
    await picture(page, 'trials-ko-phone')
  })

  test('an administrator enrols who has consented to take part, sees whose consent is gone, and ends an enrolment', async () => {
    const id = await lockedTrial('夜間の見守りマット')
    await resident('試験 花子', 0, 'trial_participation')
    await resident('試験 太郎', 1, 'trial_participation')
    await resident('試験 次郎', 2, 'device_evaluation')
    const page = await visit('admin', `/trials/${id}?part=people`, { language: 'ja' })
    await page.getByText('参加者はまだいません').waitFor()
    await page.getByRole('button', { name: '参加者を登録' }).click()
    const options = page.getByLabel('入居者', { exact: true }).locator('option')
    await eventually(async () => (await options.count()) === 3)
    expect((await options.allTextContents()).slice(1)).toEqual(
      expect.arrayContaining(['101 試験 花子', '102 試験 太郎']),
    )
    await page.getByText('ほかの1人には').waitFor()
    await choose(page, '入居者', /花子/)
    await page.getByText('説明文 2026-10').waitFor()
    await picture(page, 'trial-enrol-ja')
    await page.getByRole('button', { name: '登録する' }).click()
    await page.locator('[data-number="1"]').getByText('試験 花子').waitFor()
    await page.getByRole('button', { name: '参加者を登録' }).click()
    await choose(page, '入居者', /太郎/)
    await page.getByRole('button', { name: '登録する' }).click()
    const second = page.locator('[data-number="2"]')
    await second.waitFor()

    const consents = (await admin.get('/consents?limit=500')).body.items as { id: string; purpose: string }[]
    const given = consents.filter(({ purpose }) => purpose === 'trial_participation').at(-1)
    await admin.post(`/consents/${given?.id}/withdraw`, {})
    await page.reload()
    await page.getByText('有効な同意がありません').waitFor()
    await picture(page, 'trial-people-ja')
    const gone = page.getByRole('listitem').filter({ hasText: '有効な同意がありません' })
    await gone.getByRole('button', { name: '参加を終了' }).click()
    await gone.getByLabel('終了の理由').fill('同意の撤回')
    await picture(page, 'trial-end-ja')
    await gone.getByRole('button', { name: '参加を終了' }).click()
    await page.getByText('同意の撤回').waitFor()
    expect(await page.getByText('有効な同意がありません').count()).toBe(0)
    await page.setViewportSize({ width: 390, height: 844 })
    await picture(page, 'trial-people-ja-phone')
    expect(page.url()).not.toContain('試験')
  })

  test('staff record an event by number and room at night; the administrator reads and corrects it; maker and steward read no one', async () => {
    const id = await lockedTrial('離床センサーの評価')
    const who = await resident('試験 三郎', 0, 'trial_participation')
    await admin.post(`/trials/${id}/enrolments`, { facility: 'sunny', resident: who, from: at(Date.now() - 3_600_000) })
    const phone = await visit('staff', `/trials/${id}?part=events`, { language: 'ja', size: 'phone', theme: 'night' })
    await phone.getByRole('button', { name: '有害事象・不具合を記録' }).click()
    await phone.getByRole('button', { name: '記録する' }).click()
    await phone.getByText('未入力').waitFor()
    await eventually(async () => (await phone.getByLabel('入居者', { exact: true }).locator('option').count()) === 2)
    expect(await phone.content()).not.toContain('三郎')
    await choose(phone, '入居者', /1番 居室 101/)
    await choose(phone, '機器', /mat-1/)
    await phone.getByLabel('程度').selectOption({ label: '中等度' })
    await phone.getByLabel('機器との関連').selectOption({ label: '可能性あり' })
    await phone.getByLabel('転帰').selectOption({ label: '継続中' })
    await phone.getByLabel('内容', { exact: true }).fill('ベッドから降りるときに足を滑らせた')
    await picture(phone, 'trial-event-new-ja-phone')
    await phone.getByRole('button', { name: '記録する' }).click()
    await phone.getByText('記録しました').waitFor()
    await picture(phone, 'trial-event-done-ja-phone')

    const page = await visit('admin', `/trials/${id}?part=events`, { language: 'en' })
    const row = page.getByRole('listitem').filter({ hasText: 'Adverse event' }).first()
    await row.getByText('No. 1 試験 三郎').waitFor()
    await row.getByRole('button', { name: 'Details' }).click()
    await row.getByText('足を滑らせた', { exact: false }).waitFor()
    await row.getByRole('button', { name: 'Correct' }).click()
    await row.getByLabel('Outcome').selectOption({ label: 'Recovered' })
    await row.getByText('Serious: death', { exact: false }).click()
    await row.getByLabel('Reason for the correction').fill('seen by the doctor next morning')
    await picture(page, 'trial-event-correct-en')
    await row.getByRole('button', { name: 'Add the correction' }).click()
    await row.getByText('corrected once').waitFor()
    await row.getByText('seen by the doctor next morning').waitFor()
    await row.locator('del', { hasText: 'Ongoing' }).waitFor()
    await picture(page, 'trial-event-history-en')
    await page.getByRole('button', { name: 'Record an event or deficiency' }).click()
    await page.getByRole('radio', { name: 'Device deficiency' }).click()
    await choose(page, 'Device', /mat-2/)
    await page.getByLabel('Severity').selectOption({ label: 'Mild' })
    await page.getByLabel('Relation to the device').selectOption({ label: 'Causal' })
    await page.getByLabel('Outcome').selectOption({ label: 'Device replaced' })
    await page.getByLabel('What happened').fill('The cable had come loose')
    await page.getByRole('button', { name: 'Record', exact: true }).click()
    await page.getByText('Recorded.', { exact: true }).waitFor()
    await page.getByText('Device replaced').waitFor()
    await page.setViewportSize({ width: 390, height: 844 })
    await picture(page, 'trial-events-en-phone')

    for (const person of ['maker', 'steward'] as const) {
      const reader = await visit(person, `/trials/${id}?part=events`, { language: 'ko' })
      await reader.getByText('중대').waitFor()
      await reader.getByText('기기와의 관련성: 인과관계 있음').waitFor()
      await picture(reader, `trial-summaries-${person}-ko`)
      const shown = await reader.content()
      for (const secret of ['三郎', '滑らせた', 'cable', who]) expect(shown).not.toContain(secret)
      expect(await reader.getByRole('link', { name: '참여자' }).count()).toBe(0)
    }
  })

  test('a reference measurement stands beside what the device read then, and its correction in its history', async () => {
    const id = await lockedTrial('心拍の比較')
    const atMs = Date.now() - 600_000
    await platform.telemetry.sink.write(
      [
        {
          ...{ kind: 'telemetry', facility: f('sunny'), device: d('mat-1'), profile: p('bed.sleep_mat') },
          ...{ key: storeKey(atMs, 0), rx: atMs + 200, boot: 'b1' as never, bootChanged: true, seq: 0 },
          ...{ marks: [], position: 1, values: { heart_rate: 68 } },
        },
      ],
      2,
    )
    const page = await visit('admin', `/trials/${id}?part=references`, { language: 'ko' })
    await page.getByText('기준 측정 기록이 없습니다').waitFor()
    await page.getByRole('button', { name: '기준 측정 기록' }).click()
    await eventually(async () => (await page.getByLabel('기기', { exact: true }).locator('option').count()) > 2)
    await choose(page, '기기', /mat-1/)
    await page.getByLabel('항목').selectOption('heart_rate')
    const tokyo = new Date(atMs + 9 * 3_600_000).toISOString().slice(0, 16)
    await page.getByLabel('측정 일시', { exact: false }).fill(tokyo)
    await page
      .getByLabel('값 (/분)')
      .or(page.getByLabel('값', { exact: false }))
      .first()
      .fill('71,5')
    await page.getByLabel('계측기').fill('심전도계 ECG-17 / 0042')
    await picture(page, 'trial-reference-new-ko')
    await page.getByRole('button', { name: '기록', exact: true }).click()
    const row = page.getByRole('listitem').filter({ hasText: 'ECG-17' })
    await row.getByText('71.5').waitFor()
    await row.getByRole('button', { name: '자세히' }).click()
    await row.getByText('기기 값 68').waitFor()
    await row.getByText('차이 -3.5').waitFor()
    await row.getByRole('button', { name: '정정' }).click()
    await row.getByLabel('값', { exact: false }).last().fill('70')
    await row.getByLabel('정정 사유').fill('눈금을 잘못 읽음')
    await row.getByRole('button', { name: '정정 추가' }).click()
    await row.getByText('차이 -2').waitFor()
    await row.getByText('눈금을 잘못 읽음').waitFor()
    await picture(page, 'trial-reference-ko')
    await page.setViewportSize({ width: 390, height: 844 })
    await picture(page, 'trial-reference-ko-phone')
  })

  test.each<Language>(['ja', 'ko', 'en'])('the plan is read on desktop and phone in %s', async language => {
    const id = await lockedTrial('Night mat, real use')
    for (const size of ['desktop', 'phone'] as const) {
      const page = await visit('admin', `/trials/${id}`, { language, size })
      await page.getByText(SHA).waitFor()
      await picture(page, `trial-plan-${language}-${size}`)
      await page.goto(`${platform.url}/trials`)
      await page.getByText('Night mat, real use').first().waitFor()
      await picture(page, `trials-${language}-${size}`)
    }
  })
})
