/** What the import makes of the files that facilities have: encodings, days, words, and what is wrong with a row. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../../server/import/csv.ts'
import { readDay } from '../../../server/import/days.ts'
import { readTable } from '../../../server/import/table.ts'
import { readCareLevel, readColumn, readSex } from '../../../server/import/words.ts'

/** `氏名,番号` and a row `山田 花子,①` as Excel in Japan writes them: the circled digit is in Windows-31J only. */
const SHIFT_JIS = Buffer.from('8e8196bc2c94d48d860d0a8e5293632089d48e712c87400d0a', 'hex')

describe('a CSV file', () => {
  it('is read as UTF-8 with and without mark, UTF-16 with one, and Shift_JIS with what Windows adds to it', () => {
    const text = '氏名,番号\r\n山田 花子,①\r\n'
    const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le')
    for (const [encoding, bytes] of [
      ['utf-8', Buffer.from(text)],
      ['utf-8', Buffer.from(`\ufeff${text}`)],
      ['utf-16le', utf16],
      ['utf-16be', Buffer.from(utf16).swap16()],
      ['shift_jis', SHIFT_JIS],
    ] as const)
      expect(readCsv(bytes)).toEqual({
        encoding,
        head: ['氏名', '番号'],
        rows: [{ line: 2, cells: ['山田 花子', '①'] }],
      })
  })
  it('may hold quotes, line breaks in cells, semicolons or tabs, and empty lines; lines are counted as an editor does', () => {
    const text = 'name;room\n\n"a ""b""\nc";101\n;\nd;102\n'
    expect(readCsv(Buffer.from(text)).rows).toEqual([
      { line: 4, cells: ['a "b"\nc', '101'] },
      { line: 6, cells: ['d', '102'] },
    ])
    expect(readCsv(Buffer.from('name\troom\na\t1')).rows).toEqual([{ line: 2, cells: ['a', '1'] }])
  })
  it.each([
    ['empty', '', 'it is empty'],
    ['a quote is open', 'name\n"a', 'it is no CSV'],
    ['it is too long', `name\n${'a\n'.repeat(2001)}`, 'more than 2000 rows'],
  ])('refused with the reason when %s', (_, text, reason) => expect(() => readCsv(Buffer.from(text))).toThrow(reason))
  it('refused when its bytes are no text', () =>
    expect(() => readCsv(Buffer.from('fffffe80', 'hex'))).toThrow('neither UTF-8 nor Shift_JIS'))
  it('refused when the needed column is missing or headed twice', () => {
    const file = (text: string) => Buffer.from(text).toString('base64')
    expect(() => readTable('residents', file('kana\na'))).toThrow('no column name')
    expect(() => readTable('residents', file('name,氏名\na,b'))).toThrow('two columns')
    const table = readTable('residents', file('이름,好物,호실\na,b,c,d'))
    expect([table.columns, table.unknownColumns]).toEqual([['name', 'room'], ['好物']])
    expect(table.errors()).toEqual([{ line: 2, column: null, code: 'wrong_number_of_columns' }])
  })
})

describe('a day', () => {
  it.each([
    ['1938-04-02', '1938-04-02'],
    ['1938/4/2', '1938-04-02'],
    ['１９３８．４．２', '1938-04-02'],
    ['1938年4月2日', '1938-04-02'],
    ['19380402', '1938-04-02'],
    ['昭和13年4月2日', '1938-04-02'],
    ['S13.4.2', '1938-04-02'],
    ['昭13/04/02', '1938-04-02'],
    ['平成元年1月8日', '1989-01-08'],
    ['昭和64年1月7日', '1989-01-07'],
    ['R6.5.1', '2024-05-01'],
    ['T15.12.24', '1926-12-24'],
  ])('%s is %s', (written, day) => expect(readDay(written)).toBe(day))
  it.each([
    '',
    'soon',
    '1938-02-30',
    '1938-13-01',
    '昭和64年1月8日',
    '平成0年1月8日',
    '昭和元年12月24日',
    'X3.1.1',
    '2/4/1938',
    '38-4-2',
  ])('%s is none', written => expect(readDay(written)).toBeNull())
  it('whatever comes out is a day that exists', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[SHRTM]?\d{1,4}[-/.]\d{1,2}[-/.]\d{1,2}$/)), written => {
        const day = readDay(written)
        return day === null || new Date(`${day}T00:00:00Z`).toISOString().startsWith(day)
      }),
    ))
})

describe('words', () => {
  it('mean the same in three languages, in any width and case', () => {
    expect(['女', '여성', 'F', ' Female '].map(readSex)).toEqual(['female', 'female', 'female', 'female'])
    expect(['要介護３', '요개호 3', '23', 'CARE 3'].map(readCareLevel)).toEqual([
      'care_3',
      'care_3',
      'care_3',
      'care_3',
    ])
    expect(['フリガナ', 'ﾌﾘｶﾞﾅ', '후리가나', 'Kana'].map(readColumn)).toEqual(['kana', 'kana', 'kana', 'kana'])
    expect([readSex('?'), readCareLevel('要介護6'), readColumn('好物')]).toEqual([null, null, null])
  })
})
