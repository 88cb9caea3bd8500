/** The dashboard's own source files, for tests that read them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SOURCE = fileURLToPath(new URL('../../dashboard/src/', import.meta.url))

export const sourceFiles = (ending: RegExp): { name: string; text: string }[] =>
  readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter(name => ending.test(name))
    .map(name => ({ name, text: readFileSync(join(SOURCE, name), 'utf8') }))
