/** The gate's search for people, places, machines and dates in what a trial package says, in three scripts, without crying wolf. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scanPackage } from '../../server/export/gate/trial/scan.ts'
import { readTruth, type Truth } from '../../server/export/gate/trial/truth.ts'
import { type BuiltTrial, builtTrial, gateOn, ODD_PERSON, RELEASE_KEY, trialOf } from './trial-package.ts'

let built: BuiltTrial
let truth: Truth
beforeAll(async () => {
  built = await builtTrial(trialOf())
  truth = await readTruth(built.job, RELEASE_KEY)
}, 120_000)
afterAll(() => built.stop())

/** Kinds of what is found in a page or document with this text. */
async function kindsIn(text: string, file = 'README.en.html'): Promise<string[]> {
  await writeFile(join(built.root, file), file.endsWith('.html') ? `<!doctype html><p>${text}</p>` : text)
  const findings = await scanPackage(built.connection, built.root, built.job, [file], truth)
  return findings.map(({ check, where }) => `${check} ${where.slice(file.length + 2)}`)
}

describe('finds', () => {
  test.each<[string, string, string]>([
    ['a participant', ODD_PERSON, 'identifiers participant'],
    ['a participant in capitals', ODD_PERSON.toUpperCase(), 'identifiers participant'],
    ['a device', `measured by mat-${ODD_PERSON}-x1.`, 'identifiers device'],
    ['a facility by id', 'at hikari-sou, Osaka', 'identifiers facility'],
    ['a facility by name', 'さくら苑のデータ', 'identifiers private name'],
    ['a facility in full-width letters', 'Ｓａｋｕｒａ　Garden　Home', 'identifiers private name'],
    ['a reviewer', 'canary-steward-two@demo', 'identifiers reviewer'],
    ['a name in kanji', '前田 花子', 'identifiers private name'],
    ['a name in kanji without its blank', '前田花子', 'identifiers private name'],
    ['a name in katakana', 'マエダハナコ', 'identifiers private name'],
    ['a name in hiragana', 'まえだ はなこ', 'identifiers private name'],
    ['a name in half-width katakana', 'ﾏｴﾀﾞ ﾊﾅｺ', 'identifiers private name'],
    ['a name in Latin letters', 'Maeda Hanako', 'identifiers private name'],
    ['a name in Latin letters, given name first', 'HANAKO MAEDA', 'identifiers private name'],
    ['a name as part of an address', 'maeda.hanako', 'identifiers private name'],
    ['a room', '101号室', 'identifiers private name'],
    ['a room in Korean', '101호실', 'identifiers private name'],
    ['a floor', '3階東の値', 'identifiers private name'],
    ['a boot of a device', 'boot canary-boot-7f3a', 'identifiers text of a source'],
    ['a mark of a reading', 'canary_mark', 'identifiers text of a source'],
    ['an attribute of an event', 'canary-in-attribute', 'identifiers text of a source'],
    ['the name of an attribute', 'canary_attribute', 'identifiers text of a source'],
    ['anybody with a common family name', '高橋 一郎 が担当', 'patterns Japanese name'],
    ['anybody in Latin letters', 'Contact: Takahashi Ichiro', 'patterns name in Latin letters'],
    ['anybody with an honorific', '大久保様のご自宅', 'patterns Japanese name with its honorific'],
    ['a field for a name', '氏名:大久保', 'patterns Japanese name'],
    ['a Korean name with its honorific', '김영희 님', 'patterns Korean name with its honorific'],
    ['a Korean field for a name', '성명: 김영희', 'patterns Korean name'],
    ['a field for the insured number', '被保険者番号 0012345', 'patterns insured number'],
    ['an e-mail address', 'ask@example.jp', 'patterns e-mail address'],
    ['a Japanese mobile number', '090-1234-5678', 'patterns Japanese phone number'],
    ['a Korean mobile number', '010-1234-5678', 'patterns Korean phone number'],
    ['a Korean number in full width', '０１０－１２３４－５６７８', 'patterns Korean phone number'],
    ['a postal code', '〒100-0001', 'patterns postal code'],
    ['twelve digits', '123456789012', 'patterns twelve digits, as My Number'],
    ['My Number with strange signs in it', '1234_5678_9018', 'patterns My Number'],
    ['a resident registration number', '900101-1234568', 'patterns resident registration number'],
    ['one with blanks in it', '9 0 0 1 0 1 1 2 3 4 5 6 8', 'patterns resident registration number'],
    ['a payment card', '4111 1111 1111 1111', 'patterns payment card'],
    ['ten digits', '0123456789', 'patterns ten digits, as an insured number'],
    ['a MAC address', 'a4:cf:12:0b:9e:01', 'patterns MAC address'],
    ['an IP address', '192.168.1.20', 'patterns IP address'],
    ['a UUID', '123e4567-e89b-12d3-a456-426614174000', 'patterns UUID'],
    ['a topic', 'mimamori/v1/x/y', 'patterns MQTT topic'],
    ['an instant', 'at 1772290800123', 'patterns instant in epoch milliseconds'],
    ['an ISO date', 'since 2026-02-01', 'calendar date'],
    ['an ISO instant', '2026-02-01T09:00:00+09:00', 'calendar date'],
    ['a date without signs', '20260201', 'calendar date'],
    ['a date with slashes', '2026/2/1', 'calendar date'],
    ['a Japanese date', '2026年2月1日', 'calendar date'],
    ['a day without its year', '2月1日から', 'calendar date'],
    ['a date of the era', '令和8年2月', 'calendar date'],
    ['a short date of the era', 'R8.2.1', 'calendar date'],
    ['a Korean date', '2026년 2월 1일', 'calendar date'],
    ['an English date', '1 February 2026', 'calendar date'],
    ['an American date', 'Feb 1, 2026', 'calendar date'],
  ])('%s', async (_what, text, kind) => {
    expect(await kindsIn(text)).toContain(kind)
  })

  test.each<[string, string]>([
    ['escaped letters', JSON.stringify({ note: ODD_PERSON }).replace('person', '\\u0070erson')],
    ['a key', JSON.stringify({ [ODD_PERSON]: 1 })],
    ['a list in a list', JSON.stringify([[ODD_PERSON]])],
  ])('a participant in JSON as %s', async (_what, text) => {
    expect(await kindsIn(text, 'dictionary.json')).toEqual(['identifiers participant'])
  })
})

describe('lets pass', () => {
  test.each<[string, string]>([
    ['numbers of a series', '64.3 336 1344 12345.678901 0.012345678901 -5'],
    ['shares and ratios', '1/12 9/100 2/116 95 %'],
    ['a version', 'v1.5.6, 0.1.0+test'],
    ['a sum', 'c700df9304fbf3c4d4db5938bffc510561bd4a2dfad285a3feef9a20619391c5'],
    ['standards', 'ISO/IEC 27559:2022, RFC 4180, ISO 3166-2, IEEE 11073 150364, LOINC 8867-4'],
    ['bands', '75-79, 80-84, <=care_2, JP-13, 6-12m, w01, d014, h03'],
    ['people in general', 'ご利用者様、お客様、皆様、高齢者の方'],
    ['people in general in Korean', '고객님, 이용자, 참여자'],
    ['the recipient, whatever the name', 'For Demo Devices Co., Ltd.'],
    ['ages and hours', '12人以上 24時間 14日間 1 h'],
    ['an identifier of the release', 'release0000000000abc request0000000000abc'],
    ['a longer number than a room', '1010 and 2101.5'],
  ])('%s', async (_what, text) => {
    expect(await kindsIn(text)).toEqual([])
  })
})

test('no canary of any source is in anything that the engine wrote', async () => {
  const files = (await readdir(built.out, { recursive: true, withFileTypes: true })).filter(file => file.isFile())
  const names = files.map(({ parentPath, name }) => join(parentPath, name))
  const texts = await Promise.all(names.map(async name => (await readFile(name)).toString('latin1')))
  expect(names.length).toBeGreaterThan(8)
  expect(texts.filter(text => /canary|person\d{5}|sakura|hikari|midori/i.test(text))).toEqual([])
})

test.each<[string, string]>([
  ['identifiers', ODD_PERSON],
  ['patterns', 'ask@example.jp'],
  ['calendar', '2026-02-01'],
])('the gate refuses a package whose dictionary holds one: %s', async (check, text) => {
  const findings = await gateOn(built, ({ edit }) =>
    edit('dictionary.json', all => all.replace('{', `{"note": "${text}",`)),
  )
  expect(findings.map(finding => finding.check)).toContain(check)
})
