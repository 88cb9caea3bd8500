/** The door to DuckDB: values in and out, streams, closing under way, and no extension to download. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openDuckdb } from '../../storage/duckdb.ts'

const folder = mkdtempSync(join(tmpdir(), 'mimamori-door-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('DuckDB', () => {
  it('has what we need linked in: nothing is fetched at run time', async () => {
    const db = await openDuckdb({ file: ':memory:' })
    const found = await (await db.connect()).rows(
      "select extension_name as name from duckdb_extensions() where install_mode = 'STATICALLY_LINKED' and loaded",
    )
    expect(found.map(row => row.name)).toEqual(expect.arrayContaining(['core_functions', 'icu', 'json', 'parquet']))
    await db.close()
  })

  it('gives back every kind of value that was appended', async () => {
    const db = await openDuckdb({ file: ':memory:' })
    const connection = await db.connect()
    await connection.run('create table t(a BIGINT, b VARCHAR, c DOUBLE, d BOOLEAN, e UTINYINT, f INTEGER)')
    const columns = [
      Array.from({ length: 5_000 }, (_, i) => BigInt(i) - 9_007_199_254_740_993n),
      Array.from({ length: 5_000 }, (_, i) => (i % 3 ? `見守り, a text longer than twelve bytes ${i}` : null)),
      Array.from({ length: 5_000 }, (_, i) => i / 7),
      Array.from({ length: 5_000 }, (_, i) => i % 2 === 0),
      Array.from({ length: 5_000 }, (_, i) => i % 256),
      Array.from({ length: 5_000 }, (_, i) => 7 - i),
    ]
    await connection.append(
      't',
      ['BIGINT', 'VARCHAR', 'DOUBLE', 'BOOLEAN', 'UTINYINT', 'INTEGER'],
      [{ rows: 5_000, columns }],
    )
    const got: unknown[][] = columns.map(() => [])
    for await (const block of connection.stream('select * from t order by a'))
      for (const [i, column] of block.entries()) got[i]?.push(...column)
    expect(got).toEqual(columns)
    const parameters = { from: -9_007_199_254_740_990n, names: ['(3,x)', "'"] }
    expect(
      await connection.rows('select count(*) as n, $names[2] as quote from t where a < $from', parameters),
    ).toEqual([{ n: 3n, quote: "'" }])
    await db.close()
  })

  it('ends what runs and lets go when it is closed', async () => {
    const file = join(folder, 'closing.duckdb')
    const db = await openDuckdb({ file })
    const connection = await db.connect()
    const endless = connection.run('select count(*) from range(1000000000) a, range(1000000000) b')
    const outcome = expect(endless).rejects.toThrow(/interrupt/i)
    await db.close()
    await outcome
    await expect(connection.run('select 1')).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('breaks a stream off when it is closed while the reader dawdles', async () => {
    const db = await openDuckdb({ file: ':memory:' })
    const blocks = (await db.connect()).stream('select * from range(100000)')[Symbol.asyncIterator]()
    await blocks.next()
    await db.close()
    await expect(blocks.next()).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('says so when the file cannot be opened', async () => {
    await expect(openDuckdb({ file: join(folder, 'no', 'such', 'folder.duckdb') })).rejects.toMatchObject({
      code: 'store_unavailable',
      retryable: true,
    })
  })

  it('keeps a fault in our own SQL as it is', async () => {
    const db = await openDuckdb({ file: ':memory:' })
    const error = await (await db.connect()).run('selec 1').catch(caught => caught)
    expect(error.name).not.toBe('AppError')
    await db.close()
  })
})
