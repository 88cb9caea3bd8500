/** Takes each guard of the server's sources away in turn and says whether the matrix of permissions breaks: `npm run bench -- guards`. */
import { permissionGuards, withoutGuard } from '../security/permissions/guards.ts'

export async function bench(args: string[]): Promise<void> {
  if (args.includes('--help')) {
    console.log(
      'Usage: npm run bench -- guards [part of a name]\n\nRuns the whole matrix once for each guard; about ten seconds each.',
    )
    return
  }
  const guards = (await permissionGuards()).filter(({ name }) => name.includes(args[0] ?? ''))
  let missed = 0
  for (const [index, guard] of guards.entries()) {
    const found = await withoutGuard(guard)
    if (found === null) missed += 1
    console.log(`${index + 1}/${guards.length} ${guard.name}: ${found ?? 'NOT SEEN'}`)
  }
  console.log(`${guards.length - missed} of ${guards.length} are seen to be missing`)
  if (missed > 0) process.exitCode = 1
}
