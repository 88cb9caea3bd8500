/** The gateway's composition: what comes in by `ingest` is judged, spooled, acknowledged, stored and shown. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { placeState } from '../core/place-state.ts'
import type { TelemetrySink, TelemetrySource } from '../core/ports.ts'
import { boardStateSchema, createBoardModel } from './board-model.ts'
import type { GatewayBus, Ingest, PacketDone } from './bus.ts'
import { type Conditions, createConditions } from './conditions/conditions.ts'
import type { SessionLane } from './conditions/facts.ts'
import { type CommitDigest, createDigest } from './digest.ts'
import { createEntryEncoder, type Entry } from './entries.ts'
import { lockFolder } from './folder-lock.ts'
import { createHeartbeat, type GatewayTotals } from './heartbeat.ts'
import { withHubs } from './hubs.ts'
import { createIntake } from './intake.ts'
import { readJson, writeJson } from './json-file.ts'
import { createPacketJudge, type PacketJudge } from './judge-packet.ts'
import { createBooks } from './ledger/books.ts'
import { createPacketBalance, facilityOfPacket, type PacketBalance } from './ledger/packet-balance.ts'
import { createStoreTally } from './ledger/store-tally.ts'
import { createLiveOut } from './live-out.ts'
import { errorFields, type Log } from './log.ts'
import { createGatewayMetrics, type GatewayMetrics } from './metrics.ts'
import { createRateLimit } from './rate-limit.ts'
import { createReceipts } from './receipts.ts'
import { createReceived } from './received.ts'
import { createFacilityRegistry, type KnownDevice } from './registry.ts'
import { failStop } from './spool/fail-stop.ts'
import { nodeFiles, type SpoolFiles } from './spool/files.ts'
import { isNoRoom } from './spool/segment-writer.ts'
import { createSpool } from './spool/spool.ts'
import { createStoreWriter } from './store-writer.ts'
import { VERSION } from './version.ts'

export interface GatewayDeps {
  /** `all`: every facility whose registry message is seen; with the embedded broker only. */
  facilities: readonly string[] | 'all'
  sink: TelemetrySink
  /** Where the ledger recounts what is stored; without it no row is ever recounted. */
  source?: Pick<TelemetrySource, 'countByDevice'>
  /** Begins or ends a technical alarm of a facility. */
  raise?(facility: string, code: 'ledger_unbalanced' | 'dead_letters', active: boolean, detail: string): void
  /** Where the sockets count what they acknowledge; without it that is counted where packets are handed over. */
  balance?: PacketBalance
  /** Puts something around the judge: fault tests lose messages on purpose. */
  around?(judge: PacketJudge): PacketJudge
  /** Belongs to this gateway alone: spool, copies of registries, what is kept aside. */
  spoolDir: string
  spoolMaxBytes: number
  bus: GatewayBus
  log: Log
  /** Called when going on could lose messages; the process must end. */
  fatal(error: Error): void
  /** Names this run; a new one each time. */
  instance?: string
  metrics?: GatewayMetrics
  clock?: () => number
  /** The spool's files; on the disk in `spoolDir` unless given. */
  files?: SpoolFiles
  segmentBytes?: number
  /** How long a commit of the spool waits for more messages, ms. */
  commitMs?: number
  /** The files of the conditions; on the disk in `spoolDir` unless given. */
  conditionFiles?: SpoolFiles
}

export interface Gateway {
  /** Recovers the spool and begins; `ingest` may be called once it has returned. */
  start(): Promise<void>
  /** `done` is called when everything in the packet is durable. Never called: it must be sent again. */
  ingest: Ingest
  /** Resolves when the facility's registry is known: before that every device would be unknown. */
  known(facility: string): Promise<void>
  ready(): boolean
  /** A connection to an outside broker began; `present`: the broker had kept our session. */
  session(facility: string, lane: SessionLane, present: boolean): void
  /** Raises or clears a technical condition. */
  condition: Conditions['set']
  /** The message ledger's totals of a facility. */
  totals(facility: string): GatewayTotals
  metrics: GatewayMetrics
  /** Commits what came in, gives the store a few seconds, keeps the rest for the next start. The sink stays open. */
  stop(): Promise<void>
}

const BOARD_EVERY_MS = 10_000

export function createGateway(deps: GatewayDeps): Gateway {
  const { bus, sink, spoolDir, log, instance = randomUUID(), metrics = createGatewayMetrics() } = deps
  let ended = false
  /** One failure shows in many places: the first one counts. */
  const fatal = (error: Error): void => {
    if (!ended) deps.fatal(error)
    ended = true
  }
  const clock = deps.clock ?? Date.now
  const received = createReceived()
  const { around = judge => judge } = deps
  const balance = deps.balance ?? createPacketBalance()
  const spool = createSpool<Entry, CommitDigest>({
    files: failStop(deps.files ?? nodeFiles(join(spoolDir, 'spool')), fatal),
    state: received,
    encode: createEntryEncoder(),
    newDigest: createDigest,
    consumers: ['store', 'aside', 'conditions', 'ledger'],
    maxBytes: deps.spoolMaxBytes,
    ...(deps.segmentBytes === undefined ? {} : { segmentBytes: deps.segmentBytes }),
    ...(deps.commitMs === undefined ? {} : { commitMs: deps.commitMs }),
    log,
    fatal,
    onCommit: ({ digest, messages, seconds }) => {
      metrics.commit(messages, seconds)
      for (const [facility, packets] of digest.packets()) balance.committed(facility, packets)
    },
  })
  const registry = createFacilityRegistry({
    facilities: deps.facilities,
    bus,
    folder: spoolDir,
    log,
    fatal,
    changed: facility => running?.registryChanged(facility.id),
  })
  let running: Awaited<ReturnType<typeof run>> | null = null

  return {
    async start() {
      running = await run()
      await registry.start()
    },
    ingest: (packet, done, ticket) => {
      if (!running) throw new Error('the gateway has not been started')
      const facility = facilityOfPacket(packet)
      balance.taken(facility)
      if (deps.balance) return running.ingest(packet, done, ticket)
      const counted: PacketDone = (given, outcome) => {
        balance.acknowledged(facility, 1)
        done(given, outcome)
      }
      running.ingest(packet, counted, ticket)
    },
    known: registry.known,
    ready: () => running !== null && registry.complete(),
    session: (facility, lane, present) => running?.conditions.session(facility, lane, present),
    condition: (...said) => running?.conditions.set(...said),
    totals,
    metrics,
    stop: async () => running?.stop(),
  }

  function inPlaceOf(device: KnownDevice): KnownDevice[] {
    const facility = [...registry.facilities()].find(({ id }) => id === device.facility)
    if (device.place === null || !facility) return [device]
    return [...facility.devices.values()].filter(({ place }) => place === device.place)
  }

  function totals(facility: string): GatewayTotals {
    const { received: distinct, ...fates } = received.totals(facility)
    const counted = running?.storeTotals(facility) ?? { stored: 0, deadLettered: 0 }
    const replayed = Math.min(running?.books.replayed(facility) ?? 0, counted.deadLettered)
    const stored = counted.stored + replayed
    const dead_lettered = counted.deadLettered - replayed
    const spooled = fates.accepted - stored - dead_lettered
    const expected = distinct + fates.missing - fates.recovered
    return { ...fates, stored, spooled, dead_lettered, expected, balanced: redRows(facility) === 0 }
  }

  /** Of the ledger, as metrics: numbers only. */
  function columns(facility: string): Record<string, number> {
    const { balanced: _, ...numbers } = totals(facility)
    return { ...numbers, red: redRows(facility) }
  }

  function redRows(facility: string): number {
    return running?.books.redRows(facility) ?? 0
  }

  async function run() {
    const unlock = await lockFolder(spoolDir)
    await spool.start((await sink.position()) ?? 0)
    const boardFile = join(spoolDir, 'board.json')
    const board = withHubs(createBoardModel(await readJson(boardFile, boardStateSchema)), (facility, id) =>
      registry.device(facility, id),
    )
    const served = () => [...registry.facilities()].map(facility => facility.id)
    const tally = createStoreTally(spool.consumer('store').cursor().data)
    const books = await createBooks({
      spool,
      tally,
      sink,
      source: deps.source,
      balance,
      folder: spoolDir,
      bus,
      facilities: deps.facilities,
      served,
      raise: deps.raise ?? ((facility, code, active) => conditions.set(facility, 'gateway', code, active)),
      fatal,
      clock,
      log,
    })
    const store = createStoreWriter({
      sink,
      consumer: spool.consumer('store'),
      tally,
      deadLetter: books.bury,
      log,
      clock,
      onWrite: metrics.storeWrite,
    })
    const receipts = createReceipts({ bus, received, whenDurable: then => spool.append([], 0, then), clock })
    const conditions = createConditions({
      files: failStop(deps.conditionFiles ?? nodeFiles(join(spoolDir, 'conditions')), fatal),
      consumer: spool.consumer('conditions'),
      facilities: deps.facilities,
      registry,
      bus,
      placeState: device => placeState(inPlaceOf(device).map(board.now), clock()).state,
      spool: { bytes: spool.bytes, full: spool.full, maxBytes: deps.spoolMaxBytes },
      storeTrouble: store.trouble,
      clock,
      log,
      fatal,
    })
    await conditions.start()
    const live = createLiveOut({ board, registry, bus, instance, clock, log })
    const heartbeat = createHeartbeat({
      instance,
      version: VERSION,
      bus,
      facilities: served,
      totals,
      spoolBytes: spool.bytes,
      newestCondition: conditions.newest,
      clock,
      log,
    })
    const judge = around(createPacketJudge({ registry, received, limit: createRateLimit(), skewMs: board.skewMs }))
    const eventLane: typeof board = {
      ...board,
      accepted(entry, device, extras) {
        board.accepted(entry, device, extras)
        if (entry.e === undefined) return
        conditions.event(entry, device)
        live.event(entry, device)
      },
    }
    const ingest = createIntake({
      judge,
      spool,
      board: eventLane,
      receipts,
      bus,
      metrics,
      statusTaken: facility => balance.committed(facility, 1),
      clock,
      log,
    })
    const saveBoard = () =>
      writeJson(boardFile, board.save()).catch(error => {
        log.warn(errorFields(error), 'the board could not be kept')
        if (!isNoRoom(error)) fatal(error)
      })
    const boardTimer = setInterval(saveBoard, BOARD_EVERY_MS)
    metrics.watch({
      spoolBytes: spool.bytes,
      spoolFull: spool.full,
      storeInTrouble: () => store.trouble() !== null,
      totals: () => served().map(facility => [facility, columns(facility)] as const),
    })
    for (const part of [store, receipts, live, heartbeat]) part.start()
    await books.start()

    return {
      ingest,
      books,
      conditions,
      storeTotals: tally.totals,
      registryChanged(facility: string) {
        live.sendAll(facility)
        heartbeat.beat(facility)
      },
      async stop() {
        clearInterval(boardTimer)
        receipts.stop()
        live.stop()
        await store.stop()
        await conditions.stop()
        await books.stop()
        await spool.stop()
        await heartbeat.stop()
        await saveBoard()
        await unlock()
      },
    }
  }
}
