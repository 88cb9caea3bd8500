/** What a tortured process is told to do with its disk: to die at a certain step, or to let operations fail. */

/** Where a process can be made to die: before and after each step that makes something durable. */
export type Point =
  | 'create'
  | 'write'
  | 'written'
  | 'sync'
  | 'synced'
  | 'rename'
  | 'renamed'
  | 'folder'
  | 'foldered'
  | 'remove'

/** Sent to the process. `count`: that many times, then all is well again. */
export type DiskOrder =
  | { disk: 'die'; point: Point; after: number }
  | { disk: 'fail'; on: 'write' | 'sync'; code: 'ENOSPC' | 'EIO'; count?: number }
  | { disk: 'well' }
/** Sent by the process: an operation has failed as ordered. */
export interface DiskNotice {
  disk: 'failed'
  on: 'write' | 'sync'
  /** Relative to the folder. */
  path: string
}

export interface DiskOrders {
  /** Passes a point; the process may end here. */
  at(point: Point): void
  /** The error that an operation on a file is to fail with, if any. */
  failure(on: 'write' | 'sync', path: string): Error | null
}

/** Listens to the process's channel from now on. */
export function takeOrders(): DiskOrders {
  let dying: { point: Point; left: number } | null = null
  let failing: { on: 'write' | 'sync'; code: string; left: number } | null = null

  process.on('message', (message: unknown) => {
    const order = message as DiskOrder
    if (order.disk === 'die') dying = { point: order.point, left: order.after }
    else if (order.disk === 'fail')
      failing = { on: order.on, code: order.code, left: order.count ?? Number.POSITIVE_INFINITY }
    else if (order.disk === 'well') failing = null
  })
  return {
    at(point) {
      if (dying?.point !== point) return
      dying.left -= 1
      // SIGKILL takes effect before the next statement: nothing is flushed, nobody is told.
      if (dying.left <= 0) process.kill(process.pid, 'SIGKILL')
    },
    failure(on, path) {
      if (failing?.on !== on) return null
      const { code } = failing
      failing.left -= 1
      if (failing.left <= 0) failing = null
      process.send?.({ disk: 'failed', on, path } satisfies DiskNotice)
      return Object.assign(new Error(`${code}: ordered by the fault harness, ${on}`), { code })
    },
  }
}
