/** Builds the dashboard into dashboard/dist when its sources are newer than what is there, or with --force; prints the sizes that count. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const DIST = join(HERE, 'dist')
const CORE = join(HERE, '..', 'core')
const USAGE = 'Usage: tsx dashboard/build.ts [--force]   builds the dashboard when its sources have changed'

/** Files below a folder; none when it does not exist. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
}

async function newestChange(files: readonly string[]): Promise<number> {
  const times = await Promise.all(files.map(async file => (await stat(file)).mtimeMs))
  return Math.max(0, ...times)
}

async function isFresh(): Promise<boolean> {
  const built = await stat(join(DIST, 'index.html')).catch(() => null)
  if (!built) return false
  const sources = (
    await Promise.all([filesBelow(join(HERE, 'src')), filesBelow(join(HERE, 'public')), filesBelow(CORE)])
  ).flat()
  const single = ['index.html', 'vite.config.ts', 'build.ts', '../package-lock.json'].map(name => join(HERE, name))
  return (await newestChange([...sources, ...single])) < built.mtimeMs
}

export interface BundleSizes {
  /** Gzipped bytes of everything that the page loads before anything is shown. */
  entry: number
  /** Gzipped bytes of every other script, by file name. */
  chunks: { name: string; bytes: number }[]
  /** The same of style sheets: the first page's, and those that come with other pages. */
  styles: { entry: number; chunks: { name: string; bytes: number }[] }
}

/** Sizes of what was built, gzip level 9. */
export async function bundleSizes(dist = DIST): Promise<BundleSizes> {
  const page = await readFile(join(dist, 'index.html'), 'utf8')
  const files = (await filesBelow(dist)).filter(file => /\.(js|css)$/.test(file))
  const sizes: BundleSizes = { entry: 0, chunks: [], styles: { entry: 0, chunks: [] } }
  for (const file of files) {
    const bytes = gzipSync(await readFile(file), { level: 9 }).length
    const name = relative(dist, file)
    const kind = name.endsWith('.css') ? sizes.styles : sizes
    if (page.includes(name)) kind.entry += bytes
    else kind.chunks.push({ name, bytes })
  }
  sizes.chunks.sort((a, b) => b.bytes - a.bytes)
  return sizes
}

/** @returns false when the output was fresh and nothing was done. */
export async function buildDashboard(options: { force?: boolean } = {}): Promise<boolean> {
  if (!options.force && (await isFresh())) return false
  // Loaded only when needed: a fresh start pays nothing for the bundler.
  const { build } = await import('vite')
  // Vite believes the environment more than its mode: under a test runner it would bundle React's development build.
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await build({ configFile: join(HERE, 'vite.config.ts'), logLevel: 'warn', mode: 'production' })
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  }
  return true
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(USAGE)
    return 0
  }
  if (args.some(arg => arg !== '--force')) {
    console.error(USAGE)
    return 2
  }
  if (!(await buildDashboard({ force: args.includes('--force') }))) return 0
  const sizes = await bundleSizes()
  const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`
  console.log(`Dashboard built: entry ${kB(sizes.entry)}, css ${kB(sizes.styles.entry)} (gzip)`)
  for (const chunk of sizes.chunks) console.log(`  ${chunk.name} ${kB(chunk.bytes)}`)
  return 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(`The dashboard could not be built: ${error instanceof Error ? error.message : String(error)}`)
    return 1
  })
}
