// Programs that we did not write and that must agree with our signatures and archives.
import { execFileSync } from 'node:child_process'
import { findExecutable, locate, type Program } from '../servers/find.ts'

const debian = (name: string, variable: string): Program => ({
  name,
  install: `Debian's package ${name}`,
  find: () => findExecutable(variable, [name]),
})
export const minisign = debian('minisign', 'MINISIGN_BIN')
export const unzip = debian('unzip', 'UNZIP_BIN')

/** Runs a program; its exit code and what it printed. */
export function run(
  program: Program | string,
  args: readonly string[],
  cwd?: string,
): { code: number; output: string } {
  const path = typeof program === 'string' ? program : locate(program)
  try {
    return { code: 0, output: execFileSync(path, args, { cwd, stdio: 'pipe', encoding: 'utf8' }) }
  } catch (error) {
    const failed = error as { status: number | null; stdout: string; stderr: string }
    return { code: failed.status ?? -1, output: failed.stdout + failed.stderr }
  }
}
