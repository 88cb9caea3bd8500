/** `npm start` told to end as a service manager does it, which knows npm alone: nothing is left running. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { until } from './support/until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('npm passes on that it is to end, and all of it ends', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'mimamori-npm-'))
  // The dashboard is not needed, nor what is run before to build it.
  const npm = spawn('npm', ['start', '--ignore-scripts'], {
    cwd: root,
    env: { ...process.env, HTTP_PORT: '0', MQTT_PORT: '0', DATA_DIR: dataDir },
    detached: true,
  })
  let output = ''
  for (const stream of [npm.stdout, npm.stderr]) stream.on('data', chunk => (output += chunk))
  const exited = once(npm, 'exit')
  // Open as long as one process of it lives.
  const closed = once(npm.stdout, 'close')
  try {
    const url = await until('it is ready', () => /ready: (http:\/\/\S+)/.exec(output)?.[1], 120_000)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    npm.kill('SIGTERM')
    await Promise.all([exited, closed])
    await expect(fetch(`${url}/healthz`)).rejects.toThrow()
  } finally {
    try {
      process.kill(-(npm.pid as number), 'SIGKILL')
    } catch {
      // Nothing is left, as it should be.
    }
    rmSync(dataDir, { recursive: true, force: true })
  }
})
