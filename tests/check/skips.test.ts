// Shows that a missing server program skips its tests by name with the reason, and fails them in CI.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

function run(CI: string) {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--project=app', 'tests/app/servers.test.ts', '-t', 'postgres']
  const env = { ...process.env, CI, NO_COLOR: '1', POSTGRES_BIN: '/nowhere/postgres' }
  const { status, stdout } = spawnSync(process.execPath, [...args, '--reporter=verbose'], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  return { status, stdout }
}
const reason = 'postgres not found: install the package postgresql or set POSTGRES_BIN'

it('skips by name with the reason when a program is missing', () => {
  const { status, stdout } = run('')
  expect(stdout).toContain(`postgres [skipped: ${reason}] > keeps committed rows`)
  expect(status).toBe(0)
})

it('fails with the reason when a program is missing in CI', () => {
  const { status, stdout } = run('true')
  expect(stdout).toContain(reason)
  expect(status).toBe(1)
})
