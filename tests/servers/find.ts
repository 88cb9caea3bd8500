// Finds the real server programs, and skips by name the tests whose program is missing (in CI a missing one fails).
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'

/** A program that tests need: `find` returns its path, `install` says in a few words where it comes from. */
export type Program = { readonly name: string; readonly install: string; find(): string | undefined }

/**
 * The first executable file among: the path in the environment variable `variable` (which, when set, is the only one
 * tried), `candidates` (absolute paths), and each of `names` in PATH and in Debian's folders for servers.
 */
export function findExecutable(variable: string, names: readonly string[], candidates: readonly string[] = []) {
  const given = process.env[variable]
  if (given) return isExecutable(given) ? given : undefined
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter).filter(Boolean),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
  ]
  return [...candidates, ...folders.flatMap(folder => names.map(name => join(folder, name)))].find(isExecutable)
}

/**
 * A program that the `build.sh` beside a pinned go.mod makes in the cache folder: `<name>-<version>/<file>`, where the
 * version is that of the first module required. `folder` is the URL of both, with a slash at its end.
 */
export function builtProgram(name: string, file: string, variable: string, folder: URL): Program {
  const cache = process.env.MIMAMORI_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mimamori')
  const version = /^require \S+ v(\S+)$/m.exec(readFileSync(new URL('go.mod', folder), 'utf8'))?.[1]
  return {
    name: file,
    install: `run ${fileURLToPath(new URL('build.sh', folder))} or set ${variable}`,
    find: () => findExecutable(variable, [], [join(cache, `${name}-${version}`, file)]),
  }
}

/** The path of a program, or an error that says how to get it. */
export function locate(program: Program): string {
  const path = program.find()
  if (!path) throw new Error(missing(program))
  return path
}

/**
 * `describe` for tests that need real programs. Where one is missing the tests are skipped under a name that says why;
 * with `CI=true` the suite fails instead, so that CI never passes by skipping.
 */
export function describeWith(programs: Program | readonly Program[], name: string, tests: () => void): void {
  const absent = [programs].flat().filter(program => !program.find())
  if (absent.length === 0) return void describe(name, tests)
  const reason = absent.map(missing).join('; ')
  if (process.env.CI !== 'true') return void describe.skip(`${name} [skipped: ${reason}]`, tests)
  describe(name, () => {
    it('finds its programs', () => {
      throw new Error(reason)
    })
  })
}

function missing(program: Program) {
  return `${program.name} not found: ${program.install}`
}

function isExecutable(path: string) {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
