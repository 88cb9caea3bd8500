/** A copy of the whole tree in which a guard can be taken away and put back, to run the tests that must then fail. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { ServerGuard } from './server-guards/guard.ts'
import { ROOT } from './world.ts'

export interface MutatedSuite {
  /** Runs the tests of a guard. @returns the first that fails, or that there is none; null: all pass */
  fault(seenBy: ServerGuard['seenBy']): Promise<string | null>
  /**
   * The same without the guard.
   * @param likely whole name of the test that showed it before, which runs first and alone
   * @returns the first test that failed; null: none did
   */
  without(guard: ServerGuard, likely?: string): Promise<string | null>
  stop(): Promise<void>
}

interface Outcome {
  passed: number
  failed: string | null
}
interface VitestReport {
  testResults: { message: string; assertionResults: { status: string; fullName: string }[] }[]
}
const LEFT_OUT = /^(node_modules|\.git|data|dashboard\/dist|docs\/images)(\/|$)/

export async function createMutatedSuite(): Promise<MutatedSuite> {
  const root = await mkdtemp(join(tmpdir(), 'mimamori-guards-'))
  const filter = (source: string): boolean => !LEFT_OUT.test(relative(ROOT, source))
  await cp(ROOT, root, { recursive: true, filter })
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  return {
    async fault(seenBy) {
      const { passed, failed } = await run(root, seenBy)
      return failed ?? (passed === 0 ? 'no such test' : null)
    },
    async without({ edits, seenBy }, likely) {
      const kept = new Map<string, string>()
      try {
        for (const [file, guard, without] of edits) {
          const source = await readFile(join(root, file), 'utf8')
          if (!kept.has(file)) kept.set(file, source)
          await writeFile(
            join(root, file),
            source.replace(guard, () => without),
          )
        }
        const alone =
          likely && (await run(root, [seenBy[0], `^${likely.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`])).failed
        return alone || (await run(root, seenBy)).failed
      } finally {
        for (const [file, source] of kept) await writeFile(join(root, file), source)
      }
    },
    stop: () => rm(root, { recursive: true, force: true }),
  }
}

/** Throws where the tests could not be run at all: a guard that is missing must fail a test, not the reading of its file. */
async function run(root: string, [file, names]: ServerGuard['seenBy']): Promise<Outcome> {
  const out = join(root, 'outcome.json')
  await rm(out, { force: true })
  const args = ['run', '--bail', '1', '--reporter', 'json', '--outputFile', out, ...(names ? ['-t', names] : []), file]
  const said = await new Promise<string>(resolve => {
    const options = { cwd: root, maxBuffer: 64 * 1024 * 1024 }
    execFile(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), ...args], options, (_, out, error) =>
      resolve(out + error),
    )
  })
  const report = JSON.parse(await readFile(out, 'utf8').catch(() => '{"testResults":[]}')) as VitestReport
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const failed = tests.find(({ status }) => status === 'failed')?.fullName ?? null
  const passed = tests.filter(({ status }) => status === 'passed').length
  const broken = report.testResults.find(({ message }) => message !== '')?.message
  if (failed === null && (broken || tests.length === 0) && !names?.startsWith('^'))
    throw new Error(`${file} does not run: ${broken ?? said.slice(-500)}`)
  return { passed, failed }
}
