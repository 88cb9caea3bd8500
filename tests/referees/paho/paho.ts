// A Python that has paho-mqtt, as a program that tests need.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findExecutable, type Program } from '../../servers/find.ts'

const cache = process.env.MIMAMORI_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mimamori')
const pinned = readFileSync(new URL('requirements.txt', import.meta.url), 'utf8')
const version = /^paho-mqtt==(\S+)$/m.exec(pinned)?.[1]

export const pahoPython: Program = {
  name: 'Python with paho-mqtt',
  install: `run ${fileURLToPath(new URL('build.sh', import.meta.url))} or set PAHO_PYTHON_BIN`,
  find: () => findExecutable('PAHO_PYTHON_BIN', [], [join(cache, `paho-${version}`, 'bin', 'python')]),
}
