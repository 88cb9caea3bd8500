/** Runs the all-in-one process as `npm start` does, on free ports and a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Api, signIn } from './api.ts'
import { until } from './until.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

export interface Standalone {
  url: string
  mqttPort: number
  dataDir: string
  /** All that it printed. */
  output(): string
  /** The ready `mosquitto_pub` line. */
  publishLine(): string
  signIn(user: string): Promise<Api>
  /** Credentials of the demo's devices. */
  devices(): {
    facility: string
    device: string
    profile: string
    client_id: string
    username: string
    password: string
    spare: boolean
  }[]
  kill(): Promise<void>
  stop(): Promise<number | null>
}

/** Starts it and returns when it says that it is ready. `keepDir` leaves the folder for a second start. */
export async function startStandalone(
  given: { dataDir?: string; env?: Record<string, string> } = {},
): Promise<Standalone> {
  const dataDir = given.dataDir ?? mkdtempSync(join(tmpdir(), 'mimamori-standalone-'))
  const child = spawn(process.execPath, ['--import', 'tsx', 'standalone/main.ts'], {
    cwd: root,
    env: { ...process.env, HTTP_PORT: '0', MQTT_PORT: '0', DATA_DIR: dataDir, ...given.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  const killNow = () => child.kill('SIGKILL')
  process.once('exit', killNow)
  const ended = once(child, 'close').then(() => {
    throw new Error('it ended')
  })
  const url = await Promise.race([
    ended,
    until('ready', () => /ready: (http:\/\/\S+)/.exec(output)?.[1], 60_000),
  ]).catch(error => {
    killNow()
    throw new Error(`standalone did not start:\n${output}`, { cause: error })
  })
  ended.catch(() => undefined)
  const publishLine = () =>
    output
      .split('\n')
      .find(line => line.includes('mosquitto_pub'))
      ?.trim() ?? ''
  return {
    url,
    mqttPort: Number(/-p (\d+)/.exec(publishLine())?.[1] ?? 0),
    dataDir,
    output: () => output,
    publishLine,
    async signIn(user) {
      const accounts: { user: string; password: string }[] = JSON.parse(
        readFileSync(join(dataDir, 'demo-accounts.json'), 'utf8'),
      )
      return signIn(url, user, accounts.find(account => account.user === user)?.password ?? '')
    },
    devices: () => JSON.parse(readFileSync(join(dataDir, 'demo-devices.json'), 'utf8')),
    kill: () => end(child, 'SIGKILL').then(() => undefined),
    async stop() {
      const code = await end(child, 'SIGTERM')
      process.off('exit', killNow)
      if (!given.dataDir) rmSync(dataDir, { recursive: true, force: true })
      return code
    },
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exited = once(child, 'exit')
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await exited
  clearTimeout(timer)
  return child.exitCode
}
