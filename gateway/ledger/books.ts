/** Puts the gateway's books together: message ledger, its checks, what is kept aside, and the answers about them. */
import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { TelemetrySink, TelemetrySource } from '../../core/ports.ts'
import { createAside } from '../aside.ts'
import type { GatewayBus } from '../bus.ts'
import type { CommitDigest } from '../digest.ts'
import type { Entry } from '../entries.ts'
import { createDayFiles } from '../kept/day-files.ts'
import { createDeadLetters, type DeadLetters } from '../kept/dead-letters.ts'
import { conflictsPage, rejectionsPage } from '../kept/kept-pages.ts'
import type { Log } from '../log.ts'
import { createQueries } from '../queries.ts'
import { failStop } from '../spool/fail-stop.ts'
import { nodeFiles } from '../spool/files.ts'
import type { Spool } from '../spool/spool.ts'
import { createTurns } from '../turns.ts'
import { createAuditor } from './auditor.ts'
import { createLedger } from './ledger.ts'
import type { PacketBalance } from './packet-balance.ts'
import { ledgerPage } from './pages.ts'
import { createRecount, type Recount } from './recount.ts'
import { createRemovals } from './removal.ts'
import type { StoreTally } from './store-tally.ts'

export interface BooksDeps {
  spool: Pick<Spool<Entry, CommitDigest>, 'consumer'>
  tally: StoreTally
  sink: Pick<TelemetrySink, 'restore' | 'remove'>
  source: Pick<TelemetrySource, 'countByDevice'> | undefined
  balance: PacketBalance
  /** The gateway's own. */
  folder: string
  bus: GatewayBus
  /** Asked for on the query topic. */
  facilities: readonly string[] | 'all'
  served(): Iterable<string>
  raise(facility: string, code: 'ledger_unbalanced' | 'dead_letters', active: boolean, detail: string): void
  clock(): number
  log: Log
  /** Called when the disk fails: the process has to end. */
  fatal(error: Error): void
}

export interface Books {
  start(): Promise<void>
  bury: DeadLetters['bury']
  /** Rows of the ledger in which an equation does not hold. */
  redRows(facility: string): number
  /** Rows that the store took after all, since the first day. */
  replayed(facility: string): number
  stop(): Promise<void>
}

export async function createBooks(deps: BooksDeps): Promise<Books> {
  const { spool, tally, source, bus, clock, log } = deps
  const kept = createDayFiles(failStop(nodeFiles(join(deps.folder, 'aside')), deps.fatal))
  const aside = createAside({ files: kept, consumer: spool.consumer('aside'), clock, log })
  const letters = createDeadLetters({
    files: kept,
    sink: deps.sink,
    clock,
    changed: (_facility, hour) => void auditor.again(hour),
  })
  await letters.start()
  const storePosition = (): number => spool.consumer('store').cursor().position
  const ledger = await createLedger({
    consumer: spool.consumer('ledger'),
    files: failStop(nodeFiles(join(deps.folder, 'ledger')), deps.fatal),
    tally,
    storePosition,
    replayed: letters.replayed,
    clock,
    log,
  })
  const turns = createTurns()
  const counting = source ? createRecount({ ledger, source, clock }) : null
  const removals = source ? createRemovals({ ledger, sink: deps.sink, source, storePosition, turns, clock }) : null
  const recount: Recount | null =
    counting &&
    ((facility, hour) =>
      turns.take(async () => {
        await removals?.finish()
        await counting(facility, hour)
      }))
  const auditor = createAuditor({
    ledger,
    recount,
    balance: deps.balance,
    storePosition,
    facilities: deps.served,
    deadLetters: letters.waiting,
    raise: deps.raise,
    clock,
    log,
  })
  const queries = createQueries({
    facilities: deps.facilities,
    bus,
    log,
    answers: {
      ledger: (facility, query) => ledgerPage(ledger, recount, facility, query),
      rejections: (facility, query) => rejectionsPage(kept, facility, query),
      conflicts: (facility, query) => conflictsPage(kept, facility, query),
      'dead-letters': letters.page,
      'replay-dead-letters': letters.replay,
      remove: removals?.remove ?? (() => Promise.reject(new AppError('bad_query', 'there is no store to ask'))),
    },
  })

  return {
    async start() {
      for (const part of [aside, ledger, auditor]) part.start()
      await queries.start()
    },
    bury: letters.bury,
    redRows: auditor.redRows,
    replayed: letters.replayedTotal,
    async stop() {
      await queries.stop()
      await letters.stop()
      await auditor.stop()
      await ledger.stop()
      await aside.stop()
    },
  }
}
