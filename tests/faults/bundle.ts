/** Puts the programs that a fault run kills and starts again into one file each: they start in a quarter of a second instead of one. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PROGRAMS = {
  disk: new URL('./disk.ts', import.meta.url),
  embedded: new URL('./embedded-process.ts', import.meta.url),
  outside: new URL('./outside-process.ts', import.meta.url),
  server: new URL('./server-process.ts', import.meta.url),
} as const
export type ProgramName = keyof typeof PROGRAMS

export interface Bundle {
  /** Path of the program's file. */
  file(name: ProgramName): string
  remove(): void
}

export async function bundlePrograms(): Promise<Bundle> {
  // Below node_modules, so that what is native is found from there.
  const outDir = join(ROOT, 'node_modules', '.cache', `mimamori-faults-${process.pid}`)
  await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['@duckdb/node-api', 'libsql', '@node-rs/argon2'] },
    build: {
      ssr: true,
      target: 'node20',
      outDir,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(PROGRAMS).map(([name, url]) => [name, fileURLToPath(url)])),
      },
    },
  })
  return { file: name => join(outDir, `${name}.js`), remove: () => rmSync(outDir, { recursive: true, force: true }) }
}
