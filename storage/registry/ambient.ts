/** Transactions that reach through repositories: what is written inside one, by whichever repository, is committed together or not at all. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Kysely, Transaction } from 'kysely'

export interface Ambient<S> {
  /** What repositories are given: speaks to the transaction around the caller, where there is one. */
  db: Kysely<S>
  /** Runs `work` in a transaction; inside another it is part of that one. */
  transaction<T>(work: () => Promise<T>): Promise<T>
  /**
   * Puts `work` at the end of the transaction around the caller, after all else and before the commit; its failure undoes all.
   * @returns false when there is no transaction around
   */
  beforeCommit(work: (trx: Transaction<S>) => Promise<void>): boolean
  /** Does `work` when the transaction around the caller has been committed, or now; its failure is the whole's, but undoes nothing. */
  afterCommit(work: () => Promise<void>): Promise<void>
}

interface Open<S> {
  trx: Transaction<S>
  last: ((trx: Transaction<S>) => Promise<void>)[]
  after: (() => Promise<void>)[]
  /** False once it has ended: what a caller left running must not write into it. */
  isOpen: boolean
}

export function createAmbient<S>(base: Kysely<S>): Ambient<S> {
  const around = new AsyncLocalStorage<Open<S>>()
  const current = (): Open<S> | null => {
    const open = around.getStore()
    return open?.isOpen ? open : null
  }

  const transaction = async <T>(work: () => Promise<T>): Promise<T> => {
    if (current()) return work()
    const after: Open<S>['after'] = []
    const done = await base.transaction().execute(async trx => {
      const open: Open<S> = { trx, last: [], after, isOpen: true }
      try {
        return await around.run(open, async () => {
          const result = await work()
          for (let next = open.last.shift(); next; next = open.last.shift()) await next(trx)
          return result
        })
      } finally {
        open.isOpen = false
      }
    })
    for (const each of after) await each()
    return done
  }

  /** Repositories write `db.transaction().execute(…)`: it joins the one around, whose isolation is what it gets, or begins one. */
  const builder = {
    execute: <T>(work: (trx: Transaction<S>) => Promise<T>) =>
      transaction(() => {
        const open = current()
        if (!open) throw new Error('the transaction has ended already')
        return work(open.trx)
      }),
    setIsolationLevel: () => builder,
    setAccessMode: () => builder,
  }

  const db = new Proxy(base, {
    get(target, name) {
      if (name === 'transaction') return () => builder
      const from = current()?.trx ?? target
      const value: unknown = Reflect.get(from, name, from)
      return typeof value === 'function' ? value.bind(from) : value
    },
  })

  return {
    db,
    transaction,
    beforeCommit(work) {
      const open = current()
      open?.last.push(work)
      return open !== null
    },
    async afterCommit(work) {
      const open = current()
      if (open) open.after.push(work)
      else await work()
    },
  }
}
