// Shows that the import rules of biome.json hold: plants every violation in a temp copy and requires each to be reported.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { filesUnder, reachableFrom } from './imports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const libraries = [
  'aedes',
  'ajv',
  'mqtt',
  '@influxdata/influxdb-client',
  '@duckdb/node-api',
  'kysely',
  'libsql',
  'pg',
  'csv-parse',
  'express',
  'helmet',
  'zod-openapi',
  'socket.io',
  'socket.io-client',
  '@node-rs/argon2',
  'pino',
  'prom-client',
  'yazl',
  'yauzl',
  'tsx',
  'uplot',
  'react',
  'react-aria-components',
  '@tanstack/react-query',
  'wouter',
  '@lingui/core',
  '@lingui/message-utils',
  '@internationalized/date',
  'qr',
  'some-new-library',
]
const folders = ['core', 'storage', 'gateway', 'server', 'device-sim', 'dashboard', 'standalone', 'tests']
const node = ['node:fs', 'node:fs/promises']
const web = ['react', 'react/jsx-runtime', 'react-dom', 'react-dom/client', 'react-aria-components', 'wouter']
const query = ['@tanstack/react-query', '@lingui/core']

/** The rules, once: what each place may import beside itself. Everything else of the lists above must be reported. */
const mayImport: Record<string, { folders?: string[]; modules?: string[]; never?: string[] }> = {
  'core/topics.ts': { modules: ['zod'], never: ['node:fs', 'fs'] },
  'core/profiles/mat.ts': { modules: ['zod', 'zod/v4'], never: ['node:fs/promises'] },

  'storage/port.ts': { folders: ['core'], modules: ['zod', ...node] },
  'storage/influx.ts': { folders: ['core'], modules: ['zod', ...node, '@influxdata/influxdb-client'] },
  'storage/telemetry/influx-line.ts': { folders: ['core'], modules: node },
  'storage/duckdb.ts': { folders: ['core'], modules: [...node, '@duckdb/node-api'] },
  'storage/telemetry/duckdb.ts': { folders: ['core'], modules: node },
  'storage/registry/people.ts': { folders: ['core'], modules: [...node, 'kysely'] },
  'storage/registry/database.ts': { folders: ['core'], modules: [...node, 'kysely', 'libsql'] },
  'storage/registry/postgres.ts': { folders: ['core'], modules: [...node, 'kysely', 'pg'] },

  'gateway/main.ts': { folders: ['core', 'storage'], modules: ['zod', ...node] },
  'gateway/spool/segment.ts': { folders: ['core', 'storage'], modules: node },
  'gateway/broker.ts': { folders: ['core', 'storage'], modules: [...node, 'aedes'] },
  'gateway/check.ts': { folders: ['core', 'storage'], modules: [...node, 'ajv'] },
  'gateway/mqtt.ts': { folders: ['core', 'storage'], modules: [...node, 'mqtt'] },
  'gateway/log.ts': { folders: ['core', 'storage'], modules: [...node, 'pino'] },
  'gateway/metrics.ts': { folders: ['core', 'storage'], modules: [...node, 'prom-client'] },

  'server/main.ts': { folders: ['core', 'storage'], modules: ['zod', ...node] },
  'server/alarms/life.ts': { folders: ['core', 'storage'], modules: node },
  'server/mqtt.ts': { folders: ['core', 'storage'], modules: [...node, 'mqtt'] },
  'server/log.ts': { folders: ['core', 'storage'], modules: [...node, 'pino'] },
  'server/metrics.ts': { folders: ['core', 'storage'], modules: [...node, 'prom-client'] },
  'server/http/routes/board.ts': {
    folders: ['core', 'storage'],
    modules: [...node, 'express', 'helmet', 'zod-openapi'],
  },
  'server/live/namespace.ts': { folders: ['core', 'storage'], modules: [...node, 'socket.io'] },
  'server/auth/password.ts': { folders: ['core', 'storage'], modules: [...node, '@node-rs/argon2'] },
  'server/auth/session.ts': { folders: ['core', 'storage'], modules: node },
  'server/export/anonymize/table/worker-start.mjs': { folders: ['core', 'storage'], modules: [...node, 'tsx'] },
  'server/export/zip.ts': { folders: ['core', 'storage'], modules: [...node, 'yazl', 'yauzl'] },
  'server/import/csv.ts': { folders: ['core', 'storage'], modules: [...node, 'csv-parse', 'csv-parse/sync'] },
  'server/export/anonymize/search.ts': { folders: ['core', 'storage'], modules: [...node, '../gate/check.ts'] },
  'server/export/gate/check.ts': { folders: ['core', 'storage'], modules: node, never: ['../anonymize/search.ts'] },
  'server/export/gate/trial/run.ts': {
    folders: ['core', 'storage'],
    modules: [...node, 'zod', '../patterns.ts', '../../trial/layout.ts'],
    never: [
      '../../anonymize/table/optimise.ts',
      '../../anonymize/pseudonyms.ts',
      '../../anonymize/hierarchies/data.ts',
    ],
  },
  'server/export/gate/models/k.ts': { folders: ['core', 'storage'], never: ['../../anonymize/models/k.ts'] },

  'device-sim/main.ts': { folders: ['core'], modules: ['zod', ...node] },
  'device-sim/mqtt.ts': { folders: ['core'], modules: [...node, 'mqtt'] },
  'device-sim/log.ts': { folders: ['core'], modules: [...node, 'pino'] },

  'dashboard/build.ts': { folders: ['core'], modules: [...node, 'vite', '@lingui/message-utils'] },
  'dashboard/vite.config.ts': { folders: ['core'], modules: ['vite', '@vitejs/plugin-react', '@lingui/message-utils'] },
  'dashboard/src/board/room.tsx': { folders: ['core'], modules: ['zod', ...web, ...query], never: node },
  'dashboard/src/charts/trend.tsx': { folders: ['core'], modules: [...web, ...query, 'uplot'], never: node },
  'dashboard/src/datasets/fields.tsx': {
    folders: ['core'],
    modules: [...web, ...query, '@internationalized/date'],
    never: node,
  },
  'dashboard/src/scan/qr.ts': { folders: ['core'], modules: [...web, ...query, 'qr'], never: node },
  'dashboard/src/trials/file-hash.ts': { folders: ['core'], modules: [...web, ...query, '@noble/hashes'], never: node },
  'dashboard/src/live.ts': { folders: ['core'], modules: [...web, ...query, 'socket.io-client'], never: node },

  'standalone/main.ts': { folders: ['core', 'storage', 'gateway', 'server', 'device-sim'], modules: ['zod', ...node] },
  'standalone/log.ts': { folders: ['core', 'storage', 'gateway', 'server', 'device-sim'], modules: [...node, 'pino'] },
}

const rows = Object.entries(mayImport).map(([file, { folders: open = [], modules = [], never = [] }]) => {
  const up = '../'.repeat(file.split('/').length - 1)
  const own = file.split('/')[0]
  const path = (folder: string) => `${up}${folder}/some-folder/some-file.ts`
  const allowed = ['./beside.ts', './below/beside.ts', ...open.map(path), ...modules]
  const shut = folders.filter(folder => folder !== own && !open.includes(folder)).map(path)
  const forbidden = [...shut, ...libraries.filter(library => !modules.includes(library)), ...never]
  return { file, allowed, forbidden }
})

const temp = mkdtempSync(join(tmpdir(), 'mimamori-rules-'))
afterAll(() => rmSync(temp, { recursive: true }))

function plant(file: string, text: string) {
  mkdirSync(dirname(join(temp, file)), { recursive: true })
  writeFileSync(join(temp, file), text)
}

/** Lints the temp folder by our biome.json; returns the reported imports as `file: module`. */
function reported(...rules: string[]) {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const only = rules.map(rule => `--only=${rule}`)
  const args = [biome, 'lint', ...only, '--max-diagnostics=none', '--reporter=json', '.']
  const { stdout } = spawnSync(process.execPath, args, { cwd: temp, encoding: 'utf8', maxBuffer: 1 << 26 })
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { location: Location }[] }
  return diagnostics.map(({ location }) => {
    const line = readFileSync(join(temp, location.path), 'utf8').split('\n')[location.start.line - 1]
    return `${location.path}: ${/'([^']+)'/.exec(line ?? '')?.[1]}`
  })
}
type Location = { path: string; start: { line: number } }

describe('an import', () => {
  for (const file of ['biome.json', '.gitignore']) cpSync(join(root, file), join(temp, file))
  for (const { file, allowed, forbidden } of rows) {
    plant(file, [...allowed, ...forbidden].map(module => `import '${module}'\n`).join(''))
  }
  const forms = ["import type { A } from 'mqtt'", "export { B } from 'mqtt'", "await import('mqtt')", "require('mqtt')"]
  plant('gateway/forms.ts', forms.join('\n'))
  const found = reported('style/noRestrictedImports', 'style/noCommonJs')

  it.each(rows)('from $file is reported when the rules forbid it, and only then', ({ file, forbidden }) => {
    const here = found.filter(entry => entry.startsWith(`${file}: `))
    expect(here.sort()).toEqual(forbidden.map(module => `${file}: ${module}`).sort())
  })

  it('is reported in each of its forms', () => {
    expect(found.filter(entry => entry.startsWith('gateway/forms.ts'))).toHaveLength(forms.length)
  })
})

it('of a development package is reported where the platform runs without it', () => {
  plant('package.json', JSON.stringify({ dependencies: { zod: '4' }, devDependencies: { vitest: '4' } }))
  plant('core/dev.ts', "import 'zod'\nimport 'vitest'\n")
  plant('tests/dev.test.ts', "import 'vitest'\n")
  const found = reported('correctness/noUndeclaredDependencies')
  expect(found.filter(entry => /\/dev(\.test)?\.ts: /.test(entry))).toEqual(['core/dev.ts: vitest'])
})

describe('the rules', () => {
  const { overrides } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as { overrides: Override[] }
  const withImports = overrides.filter(({ linter }) => linter?.rules.style?.noRestrictedImports)

  it.each(withImports.flatMap(({ includes }) => includes))('for %s are in the table above', place => {
    const start = place.replace(/\*+$/, '')
    expect(Object.keys(mayImport).filter(file => file.startsWith(start))).not.toEqual([])
  })

  const evades = (text: string) =>
    /biome-ignore\S* lint\/style(:|\/(noRestrictedImports|noCommonJs))|import\('[^']+'\)\.[A-Z]/.test(text)

  it.each([
    '// biome-ignore lint/style/noRestrictedImports: in a hurry',
    '// biome-ignore-all lint/style/noRestrictedImports: in a hurry',
    '// biome-ignore lint/style: in a hurry',
    "let a: import('mqtt').MqttClient",
  ])('are evaded by %s', text => {
    expect(evades(text)).toBe(true)
  })

  it('are nowhere evaded', () => {
    const files = folders.filter(folder => folder !== 'tests').flatMap(folder => filesUnder(join(root, folder)))
    expect(files.length).toBeGreaterThan(0)
    expect(files.filter(file => evades(readFileSync(file, 'utf8')))).toEqual([])
  })
})
type Override = { includes: string[]; linter?: { rules: { style?: { noRestrictedImports?: unknown } } } }

describe('the gate', () => {
  const reachesAnonymize = (base: string) =>
    reachableFrom(filesUnder(join(base, 'server/export/gate'))).filter(file => file.includes('/anonymize/'))

  it('is caught when it reaches anonymize through a third file', () => {
    plant('planted/server/export/gate/read.ts', "import { shared } from '../shared.ts'")
    plant('planted/server/export/shared.ts', "export { shared } from './anonymize/shared.ts'")
    plant('planted/server/export/anonymize/shared.ts', 'export const shared = 1')
    const base = join(temp, 'planted')
    expect(reachesAnonymize(base)).toEqual([join(base, 'server/export/anonymize/shared.ts')])
  })

  it('reaches nothing of anonymize, by whatever way', () => {
    expect(reachesAnonymize(root)).toEqual([])
  })
})
