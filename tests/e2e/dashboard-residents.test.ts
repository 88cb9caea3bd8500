/** A resident's life in the browser, in each language: admitted into a bed, consent, away and back, withdrawal, leaving, erasure; and the rooms and beds for it. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import en from '../../dashboard/src/words/admin/en.json' with { type: 'json' }
import ja from '../../dashboard/src/words/admin/ja.json' with { type: 'json' }
import ko from '../../dashboard/src/words/admin/ko.json' with { type: 'json' }
import { f, p } from '../server/platform.ts'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { DESKTOP, LANGUAGES, type Language, type PeopleWorld, PHONE, startPeopleWorld } from './support/people-world.ts'

const WORDS = { ja, ko, en }
type Id = keyof typeof en
const NAMES: Record<Language, { name: string; kana: string; corrected: string }> = {
  ja: { name: '試験 花子', kana: 'シケン ハナコ', corrected: '試験 華子' },
  ko: { name: '시험 하나', kana: 'シケン ハナ', corrected: '시험 하늘' },
  en: { name: 'Trial Hannah', kana: 'trial', corrected: 'Trial Johanna' },
}

describeWith([chromium, mosquitto], 'residents and rooms in the browser', () => {
  let world: PeopleWorld
  beforeAll(async () => {
    world = await startPeopleWorld()
  })
  afterEach(() => world?.tidy())
  afterAll(() => world?.stop())

  /** A message without figures, or with them put in. */
  const wordsOf =
    (language: Language) =>
    (id: Id, figures: Record<string, string> = {}): string =>
      Object.entries(figures).reduce((text, [name, value]) => text.replace(`{${name}}`, value), WORDS[language][id])
  const part = (page: Page, id: string) => page.locator(`[data-part="${id}"]`)

  test('tells who has nobody yet what to do next', async () => {
    for (const language of LANGUAGES) {
      const say = wordsOf(language)
      const page = await world.visit('/residents', language, PHONE)
      await page.getByText(say('people.noneSub')).waitFor()
      await world.look(page, `residents-none-${language}-phone`)
      await page.getByRole('link', { name: say('people.tab.consents') }).click()
      await page.getByText(say('consent.noneSub')).waitFor()
      await world.look(page, `consents-none-${language}-phone`)
    }
    // A facility without a single unit.
    const admin = await world.platform.as('admin')
    expect((await admin.get('/units')).body.items).toHaveLength(1)
  })

  test('adds, renames, moves, closes and opens units, rooms and beds, by keys too', async () => {
    const page = await world.visit('/places', 'ja')
    await page.locator('[data-unit="East"]').waitFor()
    await page.getByRole('button', { name: 'ユニットを追加' }).click()
    await page.getByLabel('ユニット名').fill('East')
    await page.keyboard.press('Enter')
    await page.getByText('同じ名前がすでにあります。').waitFor()
    await page.getByLabel('ユニット名').fill('さくら')
    await page.keyboard.press('Enter')
    const unit = page.locator('[data-unit="さくら"]')
    await unit.getByText('居室がありません').waitFor()
    await unit.getByRole('button', { name: '居室を追加' }).click()
    for (const label of ['201', '202', '203']) {
      await unit.getByLabel('居室番号').fill(label)
      await page.keyboard.press('Enter')
      await unit.getByText(`${label}を追加しました`).waitFor()
    }
    await unit.getByRole('button', { name: 'やめる' }).click()
    const labels = () => unit.locator('[data-room-line] > b').allTextContents()
    await unit.getByRole('button', { name: '203を上へ' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(labels).toEqual(['201', '203', '202'])
    // The focus goes with it; at the end of the list to the other direction.
    const focused = () => page.evaluate('document.activeElement?.getAttribute("aria-label")')
    await expect.poll(focused).toBe('203を上へ')
    await page.keyboard.press('Enter')
    await expect.poll(labels).toEqual(['203', '201', '202'])
    await expect.poll(focused).toBe('203を下へ')
    await page.getByRole('button', { name: 'さくらを上へ' }).click()
    await expect
      .poll(() => page.locator('[data-unit]').evaluateAll(all => all.map(each => each.getAttribute('data-unit'))))
      .toEqual(['さくら', 'East'])

    await unit.getByRole('button', { name: '203を変更' }).click()
    for (const label of ['窓側', '廊下側']) {
      await unit.getByLabel('ベッド名').fill(label)
      await page.keyboard.press('Enter')
      await unit.locator(`[data-bed="${label}"]`).waitFor()
    }
    await unit.getByRole('button', { name: '廊下側を使用停止' }).click()
    await unit.getByRole('button', { name: '廊下側をまた使う' }).waitFor()
    await world.look(page, 'places-ja')
    await page.setViewportSize(PHONE)
    await world.look(page, 'places-ja-phone')
    await page.setViewportSize(DESKTOP)
    await unit.getByRole('button', { name: '203を閉じる' }).click()
    await unit.getByRole('button', { name: '202を変更' }).click()
    await unit.getByLabel('居室番号').fill('205')
    await unit.getByRole('button', { name: '保存' }).click()
    await unit.locator('[data-room-line="205"]').waitFor()
    await unit.getByRole('button', { name: 'この居室を使用停止' }).click()
    await unit.getByText('使用停止の居室 1室').waitFor()
    expect(await labels()).toEqual(['203', '201', '205'])
    // Where a device stands nothing is closed.
    const east = page.locator('[data-unit="East"]')
    await east.getByRole('button', { name: '101を変更' }).click()
    await east.getByRole('button', { name: 'この居室を使用停止' }).click()
    await east.getByText('使用停止にできません').waitFor()
    // The words of these screens come with each language.
    await page.getByRole('button', { name: '한국어' }).click()
    await page.getByRole('heading', { name: ko['people.title.layout'] }).waitFor()
    for (const language of ['ko', 'en'] as const) {
      const other = await world.visit('/places', language, PHONE)
      await other.locator('[data-room-line="203"]').waitFor()
      await other
        .getByText(WORDS[language]['layout.closedRooms'].split('{')[0] || /out of use/)
        .first()
        .waitFor()
      await world.look(other, `places-${language}-phone`)
    }
  })

  test.each(LANGUAGES)('follows a resident from admission to erasure: %s', async language => {
    const say = wordsOf(language)
    const { name, kana, corrected } = NAMES[language]
    const bed = { ja: '1', ko: '2', en: '3' }[language]
    const admin = await world.platform.as('admin')
    const room = world.platform.rooms[0] as string
    await admin.post('/beds', { facility: 'sunny', room, label: bed })
    const page = await world.visit('/residents', language)

    // Admission, with care level and bed.
    await page.getByRole('link', { name: say('people.add') }).click()
    await page.getByLabel(say('import.column.name'), { exact: true }).fill(name)
    await page.getByLabel(say('import.column.kana'), { exact: true }).fill(kana)
    await page.getByLabel(say('import.column.birth_date'), { exact: true }).fill('1938-04-02')
    await page.getByLabel(say('import.column.sex'), { exact: true }).selectOption('female')
    await page.getByLabel(say('import.column.diagnosis_group'), { exact: true }).selectOption('dementia')
    await page.getByLabel(say('import.column.care_level'), { exact: true }).selectOption('care_3')
    await page.getByLabel(say('import.column.room'), { exact: true }).selectOption({ label: '101' })
    await page.getByLabel(say('import.column.bed'), { exact: true }).selectOption({ label: bed })
    await world.look(page, `resident-new-${language}`)
    await page.getByRole('button', { name: say('people.addDo'), exact: true }).click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
    const id = new URL(page.url()).pathname.split('/').at(-1) as string
    expect(id).toMatch(/^[a-z0-9]{20}$/)
    await page.getByText(say('people.in', { place: `101-${bed}` })).waitFor()
    await part(page, 'care').getByText(say('people.level.care_3')).waitFor()

    // A correction.
    await part(page, 'identity')
      .getByRole('button', { name: say('people.edit') })
      .click()
    await page.getByLabel(say('import.column.name'), { exact: true }).fill(corrected)
    await page.getByRole('button', { name: say('people.save'), exact: true }).click()
    await page.getByRole('heading', { name: corrected, level: 1 }).waitFor()

    // Consents: one to the evaluation in Korea, one to a trial.
    for (const purpose of ['device_evaluation', 'trial_participation'] as const) {
      await part(page, 'consents')
        .getByRole('button', { name: say('consent.add') })
        .click()
      await page.getByLabel(say('consent.purpose'), { exact: true }).selectOption(purpose)
      await page.getByLabel(say('consent.country'), { exact: true }).selectOption('KR')
      await page.getByLabel(say('consent.text'), { exact: true }).fill('2026-03 v2')
      if (purpose === 'device_evaluation') await world.look(page, `consent-new-${language}`)
      await page.getByRole('button', { name: say('people.record'), exact: true }).click()
      await part(page, 'consents')
        .getByText(say(`consent.purpose.${purpose}`))
        .waitFor()
    }
    await part(page, 'consents')
      .getByText({ ja: '韓国', ko: '대한민국', en: 'South Korea' }[language])
      .first()
      .waitFor()

    // Away, and back.
    await part(page, 'absences')
      .getByRole('button', { name: say('people.absenceAdd') })
      .click()
    await page.getByLabel(say('people.reason'), { exact: true }).selectOption('hospital')
    await page.getByRole('button', { name: say('people.record'), exact: true }).click()
    await part(page, 'absences').getByText(say('people.reason.hospital')).waitFor()
    await world.look(page, `resident-away-${language}`)
    await page.setViewportSize(PHONE)
    await world.look(page, `resident-away-${language}-phone`)
    await page.setViewportSize(DESKTOP)
    await page.goto(`${world.platform.url}/residents?who=away`)
    await page.locator(`[data-resident="${id}"]`).waitFor()
    expect(await page.locator('[data-resident]').count()).toBe(1)
    await page.getByRole('searchbox').fill(corrected.slice(-2))
    await page.locator(`[data-resident="${id}"]`).click()
    expect(decodeURI(page.url())).toBe(`${world.platform.url}/residents/${id}`)
    await part(page, 'absences')
      .getByRole('button', { name: say('people.back'), exact: true })
      .click()
    await page.getByRole('button', { name: say('people.record'), exact: true }).click()
    await part(page, 'absences')
      .getByRole('button', { name: say('people.absenceAdd') })
      .waitFor()

    // Withdrawal says what it affects: a dataset that has gone out.
    await release(`DS-${language}`, id)
    await page.reload()
    const consents = part(page, 'consents')
    const evaluation = consents.getByRole('listitem').filter({ hasText: say('consent.purpose.device_evaluation') })
    await evaluation.getByRole('button', { name: say('consent.withdraw') }).click()
    await evaluation.getByText(say('consent.affects.device_evaluation')).waitFor()
    await evaluation.getByText(`DS-${language}`).waitFor()
    await world.look(page, `withdraw-${language}`)
    await page.setViewportSize(PHONE)
    await world.look(page, `withdraw-${language}-phone`)
    await page.setViewportSize(DESKTOP)
    await evaluation.getByRole('button', { name: say('consent.withdrawDo') }).click()
    await consents.getByText(say('consent.gone.device_evaluation')).waitFor()
    expect((await admin.get(`/residents/${id}`)).body.consents[0].withdrawn).not.toBeNull()
    await page.goto(`${world.platform.url}/residents/-/consents`)
    await page.getByText(say('consent.purpose.trial_participation')).waitFor()
    await world.look(page, `consents-${language}`)
    await page.getByRole('radio', { name: say('consent.show.missing') }).click()
    await page.getByRole('link', { name: corrected }).click()

    // Leaving ends the stay; erasure in two steps, the name typed once more.
    await page.getByRole('button', { name: say('people.leave') }).click()
    await page.getByRole('button', { name: say('people.leaveDo'), exact: true }).click()
    await page.getByText(say('people.part.stays')).first().waitFor()
    await expect.poll(async () => (await admin.get(`/residents/${id}`)).body.left).not.toBeNull()
    await page.getByRole('button', { name: say('people.erase') }).click()
    await page.getByText(say('people.eraseAsk')).waitFor()
    await page.getByRole('button', { name: say('people.eraseNext') }).click()
    const last = page.getByRole('button', { name: say('people.eraseDo') })
    expect(await last.isDisabled()).toBe(true)
    await page.getByLabel(say('people.eraseType', { wanted: corrected })).fill(name)
    expect(await last.isDisabled()).toBe(true)
    await page.getByLabel(say('people.eraseType', { wanted: corrected })).fill(corrected.replace(' ', ''))
    await world.look(page, `erase-${language}`)
    await page.setViewportSize(PHONE)
    await world.look(page, `erase-${language}-phone`)
    await page.setViewportSize(DESKTOP)
    await last.click()
    await page.getByRole('heading', { name: say('people.nameErased'), level: 1 }).waitFor()
    await expect.poll(() => page.evaluate('document.activeElement?.tagName')).toBe('H1')
    await world.look(page, `erased-${language}`)
    expect(await page.locator('body').textContent()).not.toContain(corrected)
    const { body: erased } = await admin.get(`/residents/${id}`)
    expect(erased).toMatchObject({ identity: null, care_levels: [], releases: [{ id: `DS-${language}` }] })
    expect(erased.consents.every(({ withdrawn }: { withdrawn: string | null }) => withdrawn !== null)).toBe(true)
    await page.goto(`${world.platform.url}/residents?who=left`)
    await page.locator(`[data-resident="${id}"][data-state="erased"]`).waitFor()
    await world.look(page, `residents-left-${language}`)
    expect(await page.title()).not.toContain(corrected)
  })

  /** As a build would have recorded it. */
  async function release(id: string, resident: string): Promise<void> {
    const { requests, releases } = world.platform.registry
    const request = await requests.create({
      maker: 'mats',
      createdBy: 'maker',
      createdMs: Date.now(),
      purpose: 'evaluation',
      product: 'P0',
      scope: { facility: f('sunny'), device_types: [p('bed.sleep_mat')], from: '2026-11-01', to: '2026-11-20' },
    })
    await releases.create(
      {
        id,
        request: request.id,
        maker: 'mats',
        product: 'P0',
        createdMs: Date.now(),
        manifestSha256: 'ab',
        keyId: 'K',
        publicKey: 'RW',
        published: 55,
        suppressed: 96,
        files: [],
        trial: null,
      },
      [{ resident, class: null, groups: {} }],
    )
  }

  test('keeps to the own facility, and says so when a number leads nowhere', async () => {
    const other = await (await world.platform.as('admin-elsewhere')).post('/residents', { facility: 'cloudy' })
    const page = await world.visit(`/residents/${other.body.id}`, 'en').catch(() => null)
    expect(page).not.toBeNull()
    await page?.getByText('There is no resident of this number').waitFor()
  })
})
