/** The places in the server's sources that ask the authority: each can be taken away in a copy, in which the matrix must then break. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createKnocking } from '../../../server/broker/knocking.ts'
import { startPlatform } from '../../server/platform.ts'
import { type Guard, mutate } from '../mutants.ts'
import { ROOT } from '../world.ts'
import { differences, GUARDED } from './matrix.ts'
import { createWorld, STRANGER } from './world.ts'

export type SourceGuard = Pick<Guard, 'name' | 'edits'>

const AUTHORITY = 'server/auth/authority.ts'
/** What each reach means, and what is asked before a handler runs. */
const DECISIONS: readonly SourceGuard[] = [
  ['a facility is one’s own', 'own === facility || facilities.includes(own)', "own !== ''"],
  ['a device is of one’s own maker', 'me.maker !== null && maker === me.maker', 'me.maker !== null'],
  ['a bench is one’s own', 'benchOf === me.maker && maker === me.maker', 'maker !== null'],
  ['a request was handed in', 'handedIn === true', 'handedIn !== null'],
  ['the role is looked at', 'if (reachOf(rule, me.role) === undefined)', 'if (reachOf(rule, me.role) === null)'],
].map(([name = '', guard = '', without = '']) => ({ name, edits: [[AUTHORITY, guard, without]] }))

const FOLDERS = ['server/http', 'server/http/handlers', 'server/datasets', 'server/ledger']
/** Where a question to the authority begins. */
const QUESTION = /(?<![.\w])(?:may(?:\.(?:see|call|list))?\(|requireFacility\((?=may, ))/g
/**
 * Not guards: two narrow what is read, of which each thing is asked about again; two ask about the caller's own maker, for what is the
 * caller's by birth. One chooses the words of a refusal: it stands in server-guards/owners.ts.
 */
const NONE = [
  /^server\/http\/handlers\/datasets\.ts:\d+ may\.list/,
  /^server\/http\/find-device\.ts:\d+ may\.list/,
  /^server\/http\/handlers\/trials\.ts:\d+ may\(\{ maker \}\)/,
  /^server\/datasets\/datasets\.ts:\d+ may\(\{ maker: me\.maker \}\)/,
  /^server\/ledger\/place\.ts:\d+ may\.call/,
]

/** Every guard, in order of files. */
export async function permissionGuards(): Promise<SourceGuard[]> {
  const found: SourceGuard[] = [...DECISIONS]
  for (const folder of FOLDERS)
    for (const file of (await readdir(join(ROOT, folder))).filter(name => name.endsWith('.ts'))) {
      const path = `${folder}/${file}`
      const lines = (await readFile(join(ROOT, path), 'utf8')).split('\n')
      for (const [index, line] of lines.entries())
        for (const question of questionsOf(line)) {
          const around = lines.slice(Math.max(0, index - 3), index + 1).join('\n')
          const without = line.replace(question, () => yes(question))
          found.push({
            name: `${path}:${index + 1} ${question}`,
            edits: [[path, around, around.slice(0, around.length - line.length) + without]],
          })
        }
    }
  return found.filter(({ name }) => !NONE.some(none => none.test(name)))
}

/** Calls with all of what stands in their brackets; not in comments, nor where the function itself is made. */
function questionsOf(line: string): string[] {
  if (/^\s*(\*|\/|export function )/.test(line)) return []
  return [...line.matchAll(QUESTION)].flatMap(({ index, 0: start }) => {
    let depth = 1
    for (let end = index + start.length; end < line.length; end++) {
      depth += line[end] === '(' ? 1 : line[end] === ')' ? -1 : 0
      if (depth === 0) return [line.slice(index, end + 1)]
    }
    return []
  })
}

/** Asked all the same, so that it is the answer that is missing: everything is in reach. */
function yes(question: string): string {
  if (question === 'may.list()') return '(may.list() && {})'
  const facility = /^requireFacility\(may, (.*)\)$/.exec(question)?.[1]
  return facility === undefined ? `(${question} || true)` : `may({ facility: ${facility} })`
}

/**
 * Runs the matrix on a copy without this guard.
 * @param likely the route that showed it before, which is asked first
 * @returns the first difference; null: nothing is seen
 */
export async function withoutGuard(guard: SourceGuard, likely?: string): Promise<string | null> {
  const { root, remove } = await mutate({ ...guard, caughtBy: 'publish' })
  const { createServer } = (await import(
    /* @vite-ignore */ join(root, 'server/server.ts')
  )) as typeof import('../../../server/server.ts')
  const knocking = createKnocking(Date.now)
  knocking.note('sunny.knocks-here', 'someone')
  knocking.note(STRANGER, 'someone')
  const platform = await startPlatform({ create: createServer, embedded: { disconnect: () => undefined, knocking } })
  try {
    const world = await createWorld(platform)
    const routes = GUARDED.filter(name => name === likely)
    const [first] = await differences(world, { routes, first: true })
    return first ?? (await differences(world, { first: true }))[0] ?? null
  } finally {
    await platform.stop()
    await remove()
  }
}
