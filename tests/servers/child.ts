// Runs one server program as a child process that can be stopped, killed, frozen and started again on the same port.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findExecutable } from './find.ts'

export type Child = {
  readonly dir: string
  readonly port: number
  readonly pid: number
  /** What the program has written, both streams, over all its starts. */
  log(): string
  /** Ends the program in good order and removes the folder if it was made here. Twice is allowed. */
  stop(): Promise<void>
  /** Sends a signal, SIGKILL by default; returns once the program has ended (SIGSTOP, SIGCONT, SIGHUP: at once). */
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Starts the program again on the same folder and port, after a SIGKILL if it still runs; returns when it is ready. */
  restart(): Promise<void>
}

export type Launch = {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly dir: string
  readonly port: number
  /** Whether `dir` belongs to the caller and stays. */
  readonly keepDir: boolean
  readonly env?: Record<string, string>
  /** Account to run as when we are root: some servers refuse to be root. */
  readonly account?: string
  readonly stopSignal?: NodeJS.Signals
  /** Resolves to true once the server answers; may throw while it does not. */
  ready(): Promise<boolean>
}

const startTimeoutMs = 60_000
const stopTimeoutMs = 20_000

/** Starts the program and returns when `ready`; throws with the end of its log when it does not become ready. */
export async function launch(options: Launch): Promise<Child> {
  const { name, dir, port } = options
  const logFile = join(dir, `${name}.log`)
  const log = () => readFileSync(logFile, 'utf8')
  let child: ChildProcess | undefined
  const running = () => child !== undefined && child.exitCode === null && child.signalCode === null
  const killNow = () => void (running() && child?.kill('SIGKILL'))

  async function start() {
    const output = openSync(logFile, 'a')
    const [command, args] = wrapped(options)
    const started = spawn(command, args, {
      cwd: dir,
      env: { PATH: process.env.PATH ?? '', HOME: dir, LANG: 'C.UTF-8', ...options.env },
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    child = started
    const failed = new Promise<never>((_, reject) => started.once('error', reject))
    await Promise.race([failed, untilReady()])
  }

  async function untilReady() {
    const deadline = Date.now() + startTimeoutMs
    while (running() && Date.now() < deadline) {
      if (await options.ready().catch(() => false)) return
      await wait(50)
    }
    const why = running()
      ? `not ready after ${startTimeoutMs / 1000} s`
      : `ended (${child?.exitCode ?? child?.signalCode})`
    killNow()
    throw new Error(`${name} ${why}:\n${log().split('\n').slice(-20).join('\n')}`)
  }

  async function end(signal: NodeJS.Signals) {
    if (!running() || !child) return
    const ended = once(child, 'exit')
    child.kill(signal)
    const timer = setTimeout(killNow, stopTimeoutMs)
    await ended
    clearTimeout(timer)
  }

  const removeFolder = () => options.keepDir || rmSync(dir, { recursive: true, force: true })

  process.once('exit', killNow)
  await start().catch(error => {
    removeFolder()
    throw error
  })
  return {
    dir,
    port,
    get pid() {
      return child?.pid ?? 0
    },
    log,
    async stop() {
      child?.kill('SIGCONT')
      await end(options.stopSignal ?? 'SIGTERM')
      process.off('exit', killNow)
      removeFolder()
    },
    async kill(signal = 'SIGKILL') {
      if (signal === 'SIGSTOP' || signal === 'SIGCONT' || signal === 'SIGHUP') child?.kill(signal)
      else await end(signal)
    },
    async restart() {
      await end('SIGKILL')
      await start()
    },
  }
}

/** Folder and port for a server: the given ones, or a fresh temp folder and a free port. */
export async function place(name: string, given: { dir?: string; port?: number }) {
  if (given.dir) mkdirSync(given.dir, { recursive: true })
  return {
    dir: given.dir ?? mkdtempSync(join(tmpdir(), `mimamori-${name}-`)),
    port: given.port ?? (await freePort()),
    keepDir: given.dir !== undefined,
  }
}

/**
 * A free port on 127.0.0.1 below the range that the system hands to outgoing connections: a client that keeps knocking
 * while its server is down could otherwise be given the server's own port, and connect to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number) {
  const server = createServer()
  const outcome = Promise.race([once(server, 'listening').then(() => true), once(server, 'error').then(() => false)])
  server.listen(port, '127.0.0.1')
  const free = await outcome
  if (free) await new Promise(done => server.close(done))
  return free
}

/** The command line under setpriv (where there is one), so that a server never outlives the test process. */
function wrapped({ command, args, account }: Launch): [string, readonly string[]] {
  const setpriv = findExecutable('SETPRIV_BIN', ['setpriv'])
  const [file, rest] = account ? asAccount(account, command, args) : [command, args]
  return setpriv ? [setpriv, ['--pdeathsig', 'KILL', file, ...rest]] : [file, rest]
}

/** The command line that runs a program as another account when we are root, and as ourselves when not. */
export function asAccount(account: string, command: string, args: readonly string[]): [string, readonly string[]] {
  if (!isRoot()) return [command, args]
  return [
    'setpriv',
    [`--reuid=${account}`, `--regid=${account}`, '--init-groups', '--pdeathsig=KILL', command, ...args],
  ]
}

/** Whether this process is root, as in containers: some servers refuse to be, others change their account. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Whether something accepts connections on the port of this machine. */
export const listens = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
