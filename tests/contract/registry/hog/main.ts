/** A second process that all but owns a registry file: it holds a write transaction for 60 ms, again and again, until it is killed: `main.ts <file>`. */
import { openSqlite } from '../../../../storage/registry/database.ts'

const db = openSqlite(process.argv[2] ?? '')
for (let n = 0; ; n++) {
  await db.transaction().execute(async trx => {
    await trx
      .insertInto('settings')
      .values({ name: `hog${n}`, value: '' })
      .execute()
    await new Promise(next => setTimeout(next, 60))
  })
  if (n === 0) process.stdout.write('writing\n')
}
