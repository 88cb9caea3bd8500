/** A process of ours that is killed and started again, asked and told over a channel; says how it ended. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { findExecutable } from '../servers/find.ts'

export interface Supervised {
  running(): boolean
  /** Returns when the process has been made; it is not ready then. */
  start(): void
  /** Resolves once it runs no more; at once when it does not. */
  ended(): Promise<void>
  kill(signal?: NodeJS.Signals): Promise<void>
  /** One answer; rejects when there is none within the time or the process ends. */
  ask<T>(question: object, timeoutMs?: number): Promise<T>
  tell(order: object): void
  /** Called with what it says unasked. */
  onNotice(listener: (notice: { [key: string]: unknown }) => void): void
  /** Called when it ends without having been killed by us; not for one that a signal ended. */
  onSurprise(listener: (why: string) => void): void
}

export function createSupervised(options: {
  args: readonly string[]
  env: Record<string, string>
  logFile: string
}): Supervised {
  let child: ChildProcess | null = null
  let over: Promise<void> = Promise.resolve()
  let killing = false
  let questions = 0
  const waiting = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>()
  let notice: (message: { [key: string]: unknown }) => void = () => undefined
  let surprise: (why: string) => void = () => undefined
  const setpriv = findExecutable('SETPRIV_BIN', ['setpriv'])
  const lastExit = (): void => void child?.kill('SIGKILL')

  return {
    running: () => child !== null,
    start,
    ended: () => over,
    async kill(signal = 'SIGKILL') {
      const victim = child
      if (!victim) return
      killing = true
      victim.kill(signal)
      await over
    },
    ask: (question, timeoutMs = 5_000) =>
      new Promise((resolve, reject) => {
        const n = ++questions
        const timer = setTimeout(() => settle(n, null, new Error('no answer')), timeoutMs)
        const settle = (id: number, answer: unknown, error?: Error): void => {
          clearTimeout(timer)
          waiting.delete(id)
          if (error) reject(error)
          else resolve(answer as never)
        }
        waiting.set(n, { resolve: answer => settle(n, answer), reject: error => settle(n, null, error) })
        send({ n, ...question })
      }),
    tell: send,
    onNotice(listener) {
      notice = listener
    },
    onSurprise(listener) {
      surprise = listener
    },
  }

  function start(): void {
    if (child) return
    const log = openSync(options.logFile, 'a')
    const node = [process.execPath, ...options.args]
    const [command = '', ...args] = setpriv ? [setpriv, '--pdeathsig', 'KILL', ...node] : node
    const fresh = spawn(command, args, {
      env: { PATH: process.env.PATH ?? '', ...options.env },
      stdio: ['ignore', log, log, 'ipc'],
    })
    closeSync(log)
    child = fresh
    killing = false
    process.once('exit', lastExit)
    fresh.on('message', message => {
      const { n, answer, ...rest } = message as { n?: number; answer?: never; [key: string]: unknown }
      if (n === undefined) notice(rest)
      else waiting.get(n)?.resolve(answer as never)
    })
    fresh.on('error', () => undefined)
    over = once(fresh, 'exit').then(() => undefined)
    fresh.once('exit', (code, signal) => {
      process.off('exit', lastExit)
      child = null
      for (const question of [...waiting.values()]) question.reject(new Error('the process has ended'))
      if (!killing && signal === null) surprise(`exit ${code}: ${lastLine()}`)
    })
  }

  function send(message: object): void {
    if (child?.connected) child.send(message, () => undefined)
  }

  function lastLine(): string {
    return readFileSync(options.logFile, 'utf8').trimEnd().split('\n').at(-1) ?? ''
  }
}
