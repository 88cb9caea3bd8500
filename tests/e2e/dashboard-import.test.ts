/** A hundred residents with five wrong rows, imported in the browser: looked at, refused as a whole, the good ones taken, the wrong ones mended and taken too. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { chromium } from '../servers/chromium.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { DESKTOP, LANGUAGES, type PeopleWorld, PHONE, startPeopleWorld } from './support/people-world.ts'

const rooms = [
  'ユニット,居室,ベッド',
  ...Array.from({ length: 50 }, (_, n) => [`西,${401 + n},1`, `,${401 + n},2`]).flat(),
]
const HEAD = '番号,氏名,ふりがな,好物,生年月日,性別,要介護度,入居日,居室,ベッド'
const row = (n: number): string =>
  `N${n},試験 ${n}号,シケン,餅,昭和${10 + (n % 20)}年4月${1 + (n % 28)}日,${n % 2 ? '女' : '男'},要介護${1 + (n % 5)},2024/5/1,${401 + Math.floor(n / 2)},${1 + (n % 2)}`
const wrong = [
  'N95,,シケン,餅,1938-04-02,女,要介護1,2024/5/1,448,2',
  'N96,試験 九六,シケン,餅,昭和70年4月2日,女,要介護1,2024/5/1,449,1',
  'N97,試験 九七,シケン,餅,1938-04-02,女,要介護9,2024/5/1,449,2',
  'N98,試験 九八,シケン,"餅,団子",1938-04-03,女,要介護1,2024/5/1,999,1',
  'N3,試験 九九,シケン,餅,1938-04-04,女,要介護1,2024/5/1,450,2',
]
const residents = [HEAD, ...Array.from({ length: 95 }, (_, n) => row(n)), ...wrong].join('\r\n')
const csv = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

describeWith([chromium, mosquitto], 'the import in the browser', () => {
  let world: PeopleWorld
  beforeAll(async () => {
    world = await startPeopleWorld()
  })
  afterEach(() => world?.tidy())
  afterAll(() => world?.stop())

  const choose = (page: Page, name: string, text: string) =>
    page.locator('input[type=file]').setInputFiles(csv(name, text))
  const count = async (path: string): Promise<number> =>
    (await (await world.platform.as('admin')).get(`${path}?facility=sunny&limit=500`)).body.items.length

  test('takes rooms with their beds from a file that was dropped', async () => {
    const page = await world.visit('/places', 'ja')
    await page.getByRole('link', { name: 'CSVから取り込む' }).click()
    await page.getByRole('radio', { name: '居室とベッド' }).waitFor()
    await world.look(page, 'import-rooms-ja')
    const files = await page.evaluateHandle(
      `(() => { const files = new DataTransfer(); files.items.add(new File([${JSON.stringify(rooms.join('\r\n'))}], '居室.csv', { type: 'text/csv' })); return files })()`,
    )
    await page.getByText('ここにファイルを落としても').dispatchEvent('drop', { dataTransfer: files })
    await page.getByRole('heading', { name: '居室.csv' }).waitFor()
    expect(await page.getByTestId('import-sum').textContent()).toBe('100 行=100 正しい+0 誤り')
    await page.getByRole('button', { name: '100行すべてを取り込む' }).click()
    await page.getByRole('heading', { name: '居室とベッドを合わせて150件取り込みました' }).waitFor()
    await page.getByRole('link', { name: '居室を見る' }).click()
    await page.locator('[data-room-line="450"]').getByText('ベッド 1、2').waitFor()
  })

  test('says in each language which five of a hundred rows are wrong, and changes nothing', async () => {
    const said = {
      ja: ['100 行=95 正しい+5 誤り', '97行目', '空欄です', '日付として読めません', 'この居室は登録されていません'],
      ko: ['100 행=95 정상+5 오류', '97행', '비어 있습니다', '날짜로 읽을 수 없습니다', '등록되지 않은 호실입니다'],
      en: ['100 rows=95 good+5 wrong', 'Line 97', 'is empty', 'is no date', 'is no room of this facility'],
    }
    for (const language of LANGUAGES) {
      const page = await world.visit('/residents/-/import', language)
      await world.look(page, `import-start-${language}`)
      await choose(page, 'residents.csv', residents)
      const [sum, line, missing, date, room] = said[language] as [string, string, string, string, string]
      await page.getByTestId('import-sum').waitFor()
      expect(await page.getByTestId('import-sum').textContent()).toBe(sum)
      const rows = page.locator('tr[data-line]')
      expect(await rows.count()).toBe(5)
      expect(
        await rows.evaluateAll(all => all.map(each => (each as unknown as { dataset: { line: string } }).dataset.line)),
      ).toEqual(['97', '98', '99', '100', '101'])
      expect(await rows.nth(0).textContent()).toContain(line)
      expect(await rows.nth(0).textContent()).toContain(missing)
      // What stands in the file, although a column that means nothing lies before it.
      expect(await rows.nth(1).textContent()).toContain(`昭和70年4月2日${date}`)
      expect(await rows.nth(3).textContent()).toContain(`999${room}`)
      await world.look(page, `import-looked-${language}`)
      await page.setViewportSize(PHONE)
      await world.look(page, `import-looked-${language}-phone`)
      expect(page.url()).toBe(`${world.platform.url}/residents/-/import`)
    }
    expect(await count('/residents')).toBe(0)
  })

  test('takes the good rows, hands the wrong ones out, and takes those once they are mended', async () => {
    const page = await world.visit('/residents/-/import', 'ja')
    await choose(page, 'residents.csv', residents)
    expect(await page.getByRole('button', { name: '100行すべてを取り込む' }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: '正しい95行だけを取り込む' }).click()
    await page.getByRole('heading', { name: '95人を取り込みました' }).waitFor()
    await world.look(page, 'import-taken-ja')
    expect(await count('/residents')).toBe(95)
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '誤りの行をCSVで保存' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('residents-誤り.csv')
    const saved = await readFile(await download.path(), 'utf8')
    const lines = saved.replace(/^\ufeff/, '').split('\r\n')
    expect(saved.startsWith('\ufeff')).toBe(true)
    expect(lines).toHaveLength(7)
    expect(lines[0]).toBe(`${HEAD},行,理由`)
    expect(lines[1]).toBe(`${wrong[0]},97,氏名: 空欄です`)
    expect(lines[4]).toBe(`${wrong[3]},100,居室: この居室は登録されていません`)

    const mended = lines
      .join('\r\n')
      .replace('N95,,', 'N95,試験 九五,')
      .replace('昭和70年', '昭和7年')
      .replace('要介護9', '要介護5')
      .replace(',999,1', ',450,1')
      .replace('N3,', 'N99,')
    const file = join(world.platform.dataDir, 'mended.csv')
    await writeFile(file, mended)
    await page.getByRole('button', { name: '別のファイルを選ぶ' }).click()
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByRole('button', { name: '5行すべてを取り込む' }).click()
    await page.getByRole('heading', { name: '5人を取り込みました' }).waitFor()
    expect(await count('/residents')).toBe(100)

    await page.getByRole('link', { name: '入居者一覧を見る' }).click()
    await page.getByText('100人', { exact: true }).waitFor()
    for (const language of LANGUAGES) {
      const list = await world.visit('/residents', language)
      await list.locator('[data-resident]').nth(99).waitFor()
      await world.look(list, `residents-${language}`)
      await list.setViewportSize(PHONE)
      await world.look(list, `residents-${language}-phone`)
    }
    await page.getByRole('searchbox').fill('ｎ４２')
    await page.getByText('1人', { exact: true }).waitFor()
    await page.locator('[data-resident]').click()
    await page.getByRole('heading', { name: '試験 42号' }).waitFor()
    // The name, not its number: a port or a random id may hold any two digits.
    expect(decodeURIComponent(page.url())).not.toContain('試験')
    expect(new URL(page.url()).pathname).toMatch(/^\/residents\/[a-z0-9]{20}$/)
    expect(await page.title()).not.toContain('試験')
  })

  test('knows what was taken already, and says what is no such file', async () => {
    const page = await world.visit('/residents/-/import', 'en', PHONE)
    await choose(page, 'residents.csv', residents)
    await page.getByText('No row can be imported').waitFor()
    expect(await page.getByTestId('import-sum').textContent()).toBe('100 rows=0 good+100 wrong')
    await page.getByRole('button', { name: 'Choose another file' }).click()
    for (const [text, said] of [
      ['', 'It is empty.'],
      ['name\n"a', 'a quotation mark that is not closed'],
      ['number\n1', 'lacks the heading that is needed'],
      ['name,氏名\na,b', 'Two headings mean the same column.'],
      [['name', ...Array.from({ length: 2001 }, (_, n) => String(n))].join('\n'), 'more than 2000 rows'],
      ['x'.repeat(1_050_001), 'at most 1 MB'],
    ] as const) {
      await choose(page, 'other.csv', text)
      await page.getByText(said).waitFor()
    }
    await world.look(page, 'import-unfit-en-phone')
  })

  test('gives in each language a file of headings that the server understands', async () => {
    for (const language of LANGUAGES) {
      for (const kind of ['residents', 'rooms'] as const) {
        const page = await world.visit(`/residents/-/import?kind=${kind}`, language)
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page
            .getByRole('button', { name: { ja: '見出しだけ', ko: '제목만', en: 'Save an empty file' }[language] })
            .click(),
        ])
        const head = await readFile(await download.path(), 'utf8')
        const file = Buffer.from(`${head}${'x,'.repeat(20)}`).toString('base64')
        const admin = await world.platform.as('admin')
        const { body } = await admin.post('/imports/preview', { facility: 'sunny', kind, file })
        expect([language, kind, body.unknown_columns, body.columns.length]).toEqual([
          language,
          kind,
          [],
          kind === 'residents' ? 12 : 3,
        ])
      }
    }
  })

  test.each(['/residents', '/residents/-/new', '/residents/-/consents?show=missing', '/residents/-/import', '/places'])(
    'is clean at night too: %s',
    async path => {
      const page = await world.visit(path, 'ko', DESKTOP, 'night')
      await page.getByRole('listitem').or(page.locator('form')).first().waitFor()
      await world.look(page, `night${path.replace(/\W+/g, '-')}`)
      await page.setViewportSize(PHONE)
      await world.look(page, `night${path.replace(/\W+/g, '-')}-phone`)
    },
  )

  test('is called off while it runs, and shows what became of it', async () => {
    const many = ['name', ...Array.from({ length: 2000 }, (_, n) => `大勢 ${n}`)].join('\n')
    const page = await world.visit('/residents/-/import', 'ko')
    await choose(page, 'many.csv', many)
    await page.getByRole('button', { name: '2000행 모두 가져오기' }).click()
    await page.getByRole('progressbar').waitFor()
    await page.getByRole('button', { name: '중지' }).click()
    await page.getByTestId('import-sum').waitFor({ timeout: 60_000 })
    expect(await page.getByTestId('import-sum').textContent()).toBe('2000 행=2000 정상+0 오류')
    expect(await count('/residents')).toBe(100)
  })
})
