// schemathesis, which makes calls of an OpenAPI document and judges the answers, as a program that tests need.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findExecutable, type Program } from '../../servers/find.ts'

const cache = process.env.MIMAMORI_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mimamori')
const pinned = readFileSync(new URL('requirements.txt', import.meta.url), 'utf8')
const version = /^schemathesis==(\S+)$/m.exec(pinned)?.[1]

export const schemathesis: Program = {
  name: 'schemathesis',
  install: `run ${fileURLToPath(new URL('build.sh', import.meta.url))} or set SCHEMATHESIS_BIN`,
  find: () => findExecutable('SCHEMATHESIS_BIN', [], [join(cache, `schemathesis-${version}`, 'bin', 'schemathesis')]),
}
