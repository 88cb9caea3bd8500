// The import of a hundred residents with five wrong rows, and of rooms, through HTTP.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Client, type Platform, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

const base64 = (text: string): string => Buffer.from(text).toString('base64')

describeWith(mosquitto, 'import', () => {
  let platform: Platform
  let admin: Client
  beforeAll(async () => {
    platform = await startPlatform()
    admin = await platform.as('admin')
  })
  afterAll(() => platform?.stop())

  const rooms = [
    'ユニット,居室,ベッド',
    ...Array.from({ length: 50 }, (_, n) => [`西,${401 + n},1`, `,${401 + n},2`]).flat(),
  ]
  it('takes rooms with their beds, a unit said once for the lines below it', async () => {
    const body = { facility: 'sunny', kind: 'rooms', file: base64(rooms.join('\r\n')) }
    const preview = await admin.post('/imports/preview', body)
    expect(preview.body).toMatchObject({ rows: 100, good: 100, errors: [], columns: ['unit', 'room', 'bed'] })
    const { status, body: taken } = await admin.post('/imports', { ...body, take: 'all' })
    expect([status, taken.created]).toEqual([201, 150])
    expect((await admin.get('/beds?limit=500')).body.items).toHaveLength(100)
    expect((await admin.post('/imports/preview', body)).body).toMatchObject({ good: 0 })
  })

  const head = '番号,氏名,ふりがな,生年月日,性別,要介護度,入居日,居室,ベッド,好物'
  const row = (n: number): string =>
    `N${n},試験 ${n}号,シケン,昭和${10 + (n % 20)}年4月${1 + (n % 28)}日,${n % 2 ? '女' : '男'},要介護${1 + (n % 5)},2024/5/1,${401 + Math.floor(n / 2)},${1 + (n % 2)},餅`
  const good = Array.from({ length: 95 }, (_, n) => row(n))
  const wrong = [
    'N95,,シケン,1938-04-02,女,要介護1,2024/5/1,448,2,', // line 97: no name
    'N96,試験,シケン,昭和70年4月2日,女,要介護1,2024/5/1,449,1,', // line 98: no such day
    'N97,試験,シケン,1938-04-02,女,要介護9,2024/5/1,449,2,', // line 99: no such level
    'N98,試験,シケン,1938-04-03,女,要介護1,2024/5/1,999,1,', // line 100: no such room
    'N3,試験,シケン,1938-04-04,女,要介護1,2024/5/1,450,2,', // line 101: a number twice
  ]
  const file = base64([head, ...good, ...wrong].join('\n'))
  const errors = [
    { line: 97, column: 'name', code: 'missing' },
    { line: 98, column: 'birth_date', code: 'unreadable_date' },
    { line: 99, column: 'care_level', code: 'unknown_word' },
    { line: 100, column: 'room', code: 'unknown_room' },
    { line: 101, column: 'number', code: 'twice_in_file' },
  ]
  const body = { facility: 'sunny', kind: 'residents', file }

  it('says which five of a hundred rows are wrong, and why, and has changed nothing', async () => {
    const { status, body: preview } = await admin.post('/imports/preview', body)
    expect(status).toBe(200)
    expect(preview).toMatchObject({ encoding: 'utf-8', rows: 100, good: 95, errors, unknown_columns: ['好物'] })
    // What a person mends: the wrong rows as they stand in the file.
    expect(preview.head).toEqual(head.split(','))
    expect(preview.wrong).toEqual(wrong.map((line, n) => ({ line: 97 + n, cells: line.split(',') })))
    expect(preview.residents).toHaveLength(95)
    expect(preview.residents[0]).toEqual({
      line: 2,
      identity: {
        name: '試験 0号',
        kana: 'シケン',
        number: 'N0',
        birth_date: '1935-04-01',
        sex: 'male',
        admitted_on: '2024-05-01',
        diagnosis_group: null,
      },
      care_level: { level: 'care_1', from: '2024-05-01' },
      room: '401',
      bed: '1',
    })
    expect((await admin.get('/residents')).body.items).toEqual([])
  })
  it('takes nothing when all are asked for and five are wrong', async () => {
    const { status, body: problem } = await admin.post('/imports', { ...body, take: 'all' })
    expect([status, problem.code]).toEqual([409, 'conflict'])
    expect((await admin.get('/residents')).body.items).toEqual([])
  })
  it('takes the 95 good ones in one piece, once for one key, and knows them the next time', async () => {
    const key = { 'Idempotency-Key': 'import-1' }
    const { status, body: taken } = await admin.post('/imports', { ...body, take: 'good' }, key)
    expect([status, taken]).toEqual([201, { created: 95, left_out: 5, ids: expect.any(Array), errors }])
    expect((await admin.post('/imports', { ...body, take: 'good' }, key)).body).toEqual(taken)
    expect((await admin.get('/residents?limit=500')).body.items).toHaveLength(95)
    const { body: one } = await admin.get(`/residents/${taken.ids[7]}`)
    expect(one).toMatchObject({ identity: { name: '試験 7号' }, care_levels: [{ level: 'care_3' }] })
    expect(one.stays).toMatchObject([{ from: '2024-05-01T00:00:00.000+09:00', to: null }])
    const again = (await admin.post('/imports/preview', body)).body
    expect(again.good).toBe(0)
    expect(again.errors.filter((error: { code: string }) => error.code === 'exists_already')).toHaveLength(96)
  })
  it('gives a bed to one person only, in the file and beside those who live there', async () => {
    const lines = ['name,room,bed', 'a,448,1', 'b,448,2', 'c,448,2', 'd,,1', 'e,401,3']
    const { body: preview } = await admin.post('/imports/preview', { ...body, file: base64(lines.join('\n')) })
    expect(preview.errors).toEqual([
      { line: 2, column: 'bed', code: 'bed_taken' },
      { line: 4, column: 'bed', code: 'bed_taken' },
      { line: 5, column: 'room', code: 'missing' },
      { line: 6, column: 'bed', code: 'unknown_bed' },
    ])
  })
  it('reads a file of some hundred kilobytes, and says what is no table', async () => {
    const long = ['name', ...Array.from({ length: 2000 }, (_, n) => `${n} ${'長い名前'.repeat(15)}`)].join('\n')
    expect((await admin.post('/imports/preview', { ...body, file: base64(long) })).body.good).toBe(2000)
    const none = await admin.post('/imports/preview', { ...body, file: base64('name\n"a') })
    expect([none.status, none.body.code]).toEqual([400, 'bad_request'])
  })
  it.each([
    ['empty', '\n'],
    ['too_many_rows', ['name', ...Array.from({ length: 2001 }, (_, n) => `${n}`)].join('\n')],
    ['no_table', 'name\n"a'],
    ['column_twice', 'name,氏名\na,b'],
    ['column_missing', 'number\n1'],
  ])('refuses a file as a whole by a code: %s', async (code, text) => {
    const { status, body: problem } = await admin.post('/imports/preview', { ...body, file: base64(text) })
    expect([status, problem.errors]).toEqual([400, [{ path: 'file', message: expect.any(String), code }]])
  })
  it('gives the rest of the process its turn while it takes many, and takes none when it is called off', async () => {
    const count = async (): Promise<number> => (await registryOf()).length
    const registryOf = () => platform.registry.residents.list({ facilities: ['sunny'], limit: 5000 })
    const before = await count()
    const many = ['name', ...Array.from({ length: 2000 }, (_, n) => `大勢 ${n}`)].join('\n')
    const off = new AbortController()
    let turns = 0
    const timer = setInterval(() => {
      turns += 1
      if (turns === 10) off.abort()
    }, 5)
    const request = fetch(`${platform.url}/api/v1/imports`, {
      method: 'POST',
      headers: { cookie: admin.cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, file: base64(many), take: 'all' }),
      signal: off.signal,
    })
    await expect(request).rejects.toThrow()
    clearInterval(timer)
    // Whoever asks next comes after it: one writer at a time.
    const after = (await admin.post('/residents', { facility: 'sunny' })).status
    expect([after, await count()]).toEqual([201, before + 1])
  })
})
