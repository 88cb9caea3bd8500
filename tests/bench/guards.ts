/** Takes each guard of the server's sources away in turn and says which test sees it: `npm run bench -- guards`. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createMutatedSuite, type MutatedSuite } from '../security/mutated-suite.ts'
import { permissionGuards, withoutGuard } from '../security/permissions/guards.ts'
import { SERVER_GUARDS } from '../security/server-guards/all.ts'
import type { ServerGuard } from '../security/server-guards/guard.ts'
import { ROOT } from '../security/world.ts'
import { type Report, writeReport } from './support/report.ts'

const HELP = `npm run bench -- guards [--only <part of a name>] [--notes <file>] [--out docs/results/guards]

Takes each guard away in a copy of the sources: questions to the authority, of which the matrix of permissions must then break, and what
guards the server beside the rules, without which a named test must fail. What showed a guard to be missing before, as <out>.json has it, is
tried first: then some seconds each, else up to a minute. A run that was broken off goes on where it was, as long as no source has
changed; with --notes it goes on with what that file holds, and the report says at which commit each guard was taken away. Ends with 1
when a guard is missed by nobody.`

interface Seen {
  name: string
  /** What ran without it. */
  by: string
  /** The first difference or failed test; null: nothing was seen. */
  found: string | null
  /** Commit of the sources from which it was taken away. */
  at: string
}
const AT = execFileSync('git', ['rev-parse', '--short=8', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim()

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args, options: { only: text, notes: text, out: text, help: { type: 'boolean' } } })
  if (values.help) return console.log(HELP)
  const isAsked = ({ name }: { name: string }): boolean => name.includes(values.only ?? '')
  const notes = notesOf(values.notes ?? join(tmpdir(), `mimamori-guards-${hashOfSources()}.ndjson`))
  const out = values.out ?? 'docs/results/guards'
  const likely = likelyOf(`${out}.json`)
  const found: Seen[] = []
  const note = (seen: Seen): void => {
    found.push(seen)
    console.log(`${found.length} ${seen.name}: ${seen.found?.slice(0, 160) ?? 'NOT SEEN'}`)
  }
  for (const guard of (await permissionGuards()).filter(isAsked))
    note(
      await notes(guard.name, async () => ({
        name: guard.name,
        by: 'matrix',
        at: AT,
        found: await withoutGuard(guard, likely(guard.name)?.split(' ')[0]),
      })),
    )
  const asked = SERVER_GUARDS.filter(isAsked)
  const suite = await createMutatedSuite()
  try {
    for (const guard of asked) note(await notes(guard.name, () => seenBySuite(suite, guard, likely(guard.name))))
  } finally {
    await suite.stop()
  }
  const missed = found.filter(seen => seen.found === null)
  if (missed.length > 0) process.exitCode = 1
  if (values.only === undefined) writeReport(out, reportOf(found))
  else console.log(`${found.length - missed.length} of ${found.length} are seen to be missing`)
}

const whole = new Set<string>()
async function seenBySuite(suite: MutatedSuite, guard: ServerGuard, likely: string | undefined): Promise<Seen> {
  const by = guard.seenBy.join(' -t ')
  // What fails with the guard in its place says nothing; on a busy machine a second look is fair.
  const fault = whole.has(by) ? null : (await suite.fault(guard.seenBy)) && (await suite.fault(guard.seenBy))
  if (fault !== null) throw new Error(`${by} fails with every guard in its place: ${fault}`)
  whole.add(by)
  return { name: guard.name, by, at: AT, found: await suite.without(guard, likely) }
}

/** What showed a guard to be missing in the report before: by its name, without the line on which it stands. */
function likelyOf(file: string): (name: string) => string | undefined {
  const plain = (name: string): string => name.replace(/:\d+ /, ' ')
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { data: Seen[] }).data : []
  const known = new Map(before.map(({ name, found }) => [plain(name), found ?? undefined]))
  return name => known.get(plain(name))
}

/** Keeps what was found in a file, so that it need not be found twice. */
function notesOf(file: string): (name: string, find: () => Promise<Seen>) => Promise<Seen> {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
  const known = new Map(lines.map(line => JSON.parse(line) as Seen).map(seen => [seen.name, seen]))
  return async (name, find) => {
    const before = known.get(name)
    if (before) return before
    const seen = await find()
    appendFileSync(file, `${JSON.stringify(seen)}\n`)
    return seen
  }
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  for (const folder of ['core', 'storage', 'gateway', 'server', 'standalone', 'tests'])
    for (const name of (readdirSync(join(ROOT, folder), { recursive: true }) as string[]).toSorted())
      if (/\.(ts|json)$/.test(name)) hash.update(`${name}\n`).update(readFileSync(join(ROOT, folder, name)))
  return hash.digest('hex').slice(0, 16)
}

function reportOf(found: readonly Seen[]): Report {
  const missed = found.filter(seen => seen.found === null)
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
  return {
    title: 'Guards taken away',
    command: 'npm run bench -- guards',
    method: [
      'In a copy of the sources one guard at a time is taken away: a question to the authority is answered yes, a check is left out. Then the tests run that should see it, and end at the first failure. The same tests pass with the guard in its place.',
      'Questions to the authority are found in the sources, so that a new one is tried as well; what guards the server beside the rules is a list (`tests/security/server-guards/`), of which a test says that it is true.',
      'What guards the broker is taken away in every run of the suite (`tests/security/mutants.ts`, on aedes and on Mosquitto), and so is each single rule, each scope and each event of a socket (`tests/security/permissions*.test.ts`).',
    ],
    tables: [
      {
        title: `${found.length - missed.length} of ${found.length} are seen to be missing`,
        columns: ['guard', 'run', 'the first that fails', 'at'],
        rows: found.map(({ name, by, found: first, at }) => [cell(name), cell(by), cell(shortened(first)), at]),
      },
    ],
    data: found.map(seen => ({ ...seen, found: seen.found === null ? null : shortened(seen.found) })),
  }
}

/** Without what was answered, which holds chance ids and credentials of the test. */
const shortened = (found: string | null): string =>
  found?.replace(/(instead of \d+): .*/s, '$1').slice(0, 160) ?? '**nothing**'
