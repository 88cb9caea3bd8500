// Starts a real PostgreSQL for tests: one cluster in a temp folder, as many databases as suites ask for.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { asAccount, type Child, isRoot, launch, place } from './child.ts'
import { findExecutable, locate, type Program } from './find.ts'

const debian = '/usr/lib/postgresql'
const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []

export const postgres: Program = {
  name: 'postgres',
  install: 'install the package postgresql or set POSTGRES_BIN',
  find: () =>
    findExecutable(
      'POSTGRES_BIN',
      ['postgres'],
      versions.map(version => join(debian, version, 'bin/postgres')),
    ),
}

export type Postgres = Child & {
  /** Connection string of the first database, with user and password. */
  readonly url: string
  /** Makes one more, empty database and returns its connection string. */
  createDatabase(name: string): string
}

const user = 'mimamori'
/** PostgreSQL refuses to be root; Debian's package brings this account. */
const account = 'postgres'

/** `dir` must be empty or absent; `args` are further flags of `postgres`, for example `-c`, `max_connections=20`. */
export async function startPostgres(given: { dir?: string; port?: number; args?: string[] } = {}): Promise<Postgres> {
  const { dir, port, keepDir } = await place('postgres', given)
  const command = locate(postgres)
  const password = randomBytes(12).toString('hex')
  const data = join(dir, 'data')

  function run(program: string, ...args: string[]) {
    const [file, all] = asAccount(account, join(dirname(command), program), args)
    execFileSync(file, all, { cwd: dir, env: { PATH: process.env.PATH, PGPASSWORD: password }, stdio: 'pipe' })
  }
  const passwordFile = join(dir, 'password')
  writeFileSync(passwordFile, password)
  if (isRoot()) execFileSync('chown', ['-R', account, dir])
  run('initdb', '-D', data, '-U', user, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256', '-E', 'UTF8', '--no-sync')

  const args = ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', dir, ...(given.args ?? [])]
  const address = ['-h', '127.0.0.1', '-p', `${port}`]
  const child = await launch({
    name: 'postgres',
    command,
    args,
    dir,
    port,
    keepDir,
    account,
    stopSignal: 'SIGINT',
    async ready() {
      run('pg_isready', '-q', ...address)
      return true
    },
  })

  function createDatabase(name: string) {
    run('createdb', ...address, '-U', user, name)
    return `postgres://${user}:${password}@127.0.0.1:${port}/${name}`
  }
  return Object.assign(child, { url: createDatabase('mimamori'), createDatabase })
}
