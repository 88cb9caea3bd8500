// pyCANON, pandas and SQLite, which recount a written table, as one program that tests need.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findExecutable, locate, type Program } from '../../servers/find.ts'

const cache = process.env.MIMAMORI_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mimamori')
const version = /^pycanon==(\S+)$/m.exec(readFileSync(new URL('requirements.txt', import.meta.url), 'utf8'))?.[1]

export const anonymityReferee: Program = {
  name: 'pyCANON with pandas',
  install: `run ${fileURLToPath(new URL('build.sh', import.meta.url))} or set ANONYMITY_BIN to a Python that has both`,
  find: () => findExecutable('ANONYMITY_BIN', [], [join(cache, `anonymity-${version}`, 'bin', 'recount')]),
}

export interface Measures {
  l: number
  alpha: number
  /** Equal distance. */
  t: number
  /** Basic. */
  beta: number
}
export interface Recounts {
  pycanon: { k: number; sensitive: Record<string, Measures & { whole_entropy_l: number }> }
  pandas: Counted
  sqlite: Counted
}
interface Counted {
  k: number
  records: number
  classes: number
  sensitive: Record<string, Measures & { entropy_l: number }>
}

/** @throws when an engine cannot read the table or lacks a column */
export function recounts(
  csv: string,
  quasiIdentifiers: readonly string[],
  sensitive: readonly string[],
  delimiter = ',',
): Recounts {
  const script = fileURLToPath(new URL('recount.py', import.meta.url))
  const args = [script, csv, delimiter, quasiIdentifiers.join(), sensitive.join()]
  return JSON.parse(execFileSync(locate(anonymityReferee), args, { encoding: 'utf8', stdio: 'pipe' })) as Recounts
}
