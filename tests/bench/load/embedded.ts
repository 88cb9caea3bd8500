/** The embedded broker and the gateway in a process of their own, as standalone composes them, over a store of one's choice. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const EMBEDDED_FACILITY = 'ours1'

export interface EmbeddedOptions {
  /** Each may connect with its id as user name. */
  devices: readonly string[]
  /** `nothing` takes rows and forgets them. */
  store: 'nothing' | 'duckdb' | { url: string; token: string; org: string; bucket: string }
  spoolMaxBytes?: number
  segmentBytes?: number
}

export interface EmbeddedState {
  accepted: number
  stored: number
  spooled: number
  spoolBytes: number
  /** Nothing is acknowledged for want of room. */
  full: boolean
  /** Of V8's heap, and of buffers outside it. */
  heapMb: number
  buffersMb: number
}

export interface EmbeddedProcess {
  pid: number
  port: number
  state(): Promise<EmbeddedState>
  stop(): Promise<void>
}

/** Its folder lies in the system's folder for temporary files: that must be on a disk, or a sync means nothing. */
export async function startEmbeddedProcess(options: EmbeddedOptions): Promise<EmbeddedProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-bench-'))
  const child = fork(fileURLToPath(new URL('embedded/main.ts', import.meta.url)), [folder, JSON.stringify(options)], {
    execArgv: ['--import', 'tsx', ...(process.env.GATEWAY_NODE_OPTIONS?.split(' ') ?? [])],
  })
  const ended = once(child, 'exit')
  const failed = ended.then(([code]) => Promise.reject(new Error(`the gateway ended with exit code ${code}`)))
  failed.catch(() => undefined)
  const answer = async <T>(): Promise<T> => ((await Promise.race([once(child, 'message'), failed])) as [T])[0]
  const { port } = await answer<{ port: number }>()
  return {
    pid: child.pid as number,
    port,
    state() {
      child.send('state')
      return answer<EmbeddedState>()
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
