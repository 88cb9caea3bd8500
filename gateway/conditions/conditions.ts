/** The conditions of the gateway's facilities: raised from events and from technical facts, numbered, kept, published, sent again on request. */
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Transition } from '../../core/conditions.ts'
import type { PlaceState } from '../../core/place-state.ts'
import type { TechnicalCode } from '../../core/technical-codes.ts'
import type { GatewayBus } from '../bus.ts'
import type { CommitDigest } from '../digest.ts'
import type { AcceptedEntry, Entry } from '../entries.ts'
import { errorFields, type Log } from '../log.ts'
import type { FacilityRegistry, KnownDevice } from '../registry.ts'
import type { Consumer } from '../spool/consumer.ts'
import { loadCursor, saveCursor } from '../spool/cursors.ts'
import type { SpoolFiles } from '../spool/files.ts'
import { createBook } from './book.ts'
import { createEndings } from './endings.ts'
import { type Every, every } from './every.ts'
import { createEvidence, type Standing } from './evidence.ts'
import { createFacts, type FactsDeps, type SessionLane } from './facts.ts'
import { createJournal } from './journal.ts'
import { aheadOf, createLane } from './lane.ts'
import { createPublisher } from './publisher.ts'
import { createReplay } from './replay.ts'
import { createTechnical, type Detail } from './technical.ts'

export interface Conditions {
  /** Recovers; nothing else may be called before it returns. */
  start(): Promise<void>
  /**
   * Says whether a technical condition holds now. Idempotent, and patient with what flaps. What was active before a restart stays active until
   * it is said to be over: say after a start how it stands.
   */
  set(facility: string, subject: string, code: TechnicalCode, active: boolean, detail?: Detail): void
  /** An event of this run is durable. */
  event(entry: AcceptedEntry, device: KnownDevice): void
  /** A connection to an outside broker began; `present`: the broker had kept our session. */
  session(facility: string, lane: SessionLane, present: boolean): void
  /** Number of the newest transition; 0: there was none yet. */
  newest(facility: string): number
  stop(): Promise<void>
}

export interface ConditionsDeps {
  /** A folder of its own. */
  files: SpoolFiles
  consumer: Consumer<Entry, CommitDigest>
  /** `all`: with the embedded broker, which begins without retained messages. */
  facilities: readonly string[] | 'all'
  registry: Pick<FacilityRegistry, 'facilities' | 'device' | 'known'>
  bus: GatewayBus
  placeState(device: KnownDevice): PlaceState
  spool: FactsDeps['spool']
  storeTrouble: FactsDeps['storeTrouble']
  clock(): number
  /** Monotonic, ms. */
  ticks?: () => number
  every?: Every
  log: Log
  fatal(error: Error): void
}

const SAVE_MS = 1_000
const TIDY_MS = 3_600_000
/** How long the cursor waits for a facility's devices before it judges an event by the built-in profiles. */
const KNOWN_MS = 30_000
const SAVED = 'published'
const savedSchema = z.object({ published: z.record(z.string(), z.int()), sessions: z.array(z.string()) })

export function createConditions(deps: ConditionsDeps): Conditions {
  const { files, consumer, facilities, registry, bus, clock, log, fatal } = deps
  const timing = { ticks: deps.ticks ?? (() => performance.now()), every: deps.every ?? every }
  const serves = (facility: string): boolean => facilities === 'all' || facilities.includes(facility)
  const device = (facility: string, id: string): KnownDevice | undefined => registry.device(facility, id)
  const isKnown = (facility: string): boolean => [...registry.facilities()].some(({ id }) => id === facility)
  const standing = (facility: string, id: string): Standing => {
    if (device(facility, id)) return 'here'
    return isKnown(facility) ? 'gone' : 'unknown'
  }
  const sessions = new Set<string>()
  const journal = createJournal({ files, clock, log })
  const publisher = createPublisher({
    bus,
    active: facility => book.active(facility),
    onPublished: () => lane?.settle(),
    clock,
    log,
  })
  const book = createBook({ journal, durable: publisher.add, clock, fatal })
  const technical = createTechnical({
    book,
    placeOf: (facility, id) => device(facility, id)?.place ?? null,
    clock,
    ...timing,
  })
  const evidence = createEvidence({ book, technical, standing, clock, ...timing })
  const endings = createEndings({ book, standing, device, placeState: deps.placeState, clock, ...timing })
  const facts = createFacts({
    technical,
    book,
    facilities: () => [...registry.facilities()].map(({ id }) => id),
    spool: deps.spool,
    storeTrouble: deps.storeTrouble,
    sessions,
    ...timing,
  })
  const replay = createReplay({ bus, journal, knows: facility => book.next(facility) > 1, log })
  let lane: ReturnType<typeof createLane> | null = null
  let saveTimer: NodeJS.Timeout | undefined
  let endTidying: () => void = () => undefined
  let saved = ''

  return {
    async start() {
      const kept = savedSchema.safeParse((await loadCursor(files, SAVED))?.data)
      for (const key of kept.data?.sessions ?? []) sessions.add(key)
      const recovered = await journal.start(kept.data?.published ?? {})
      const states = new Map([...recovered].filter(([facility]) => serves(facility)))
      book.open(states)
      for (const [facility, { next }] of states) await publishRest(facility, next, kept.data?.published ?? null)
      // Kept before the first transition can be: a facility that it does not name has had nothing acknowledged.
      await save()
      lane = createLane({
        consumer,
        book,
        evidence,
        published: publisher.published,
        device,
        serves,
        known,
        unpassed: await unpassed(states.keys()),
      })
      for (const part of [technical, evidence, endings, facts, lane]) part.start()
      saveTimer = setInterval(() => void save(), SAVE_MS)
      endTidying = timing.every(TIDY_MS, tidy)
      tidy()
      if (facilities === 'all') await replay.listen('+')
      else for (const facility of facilities) await replay.listen(facility)
    },
    set: technical.set,
    event: (entry, from) => lane?.fresh(entry, from),
    session(facility, of, present) {
      facts.session(facility, of, present)
      // A broker that kept our session may still have lost its last words: the publisher knows what is worth saying again.
      if (of === 'events') publisher.again(facility, present ? 'lately' : 'all')
    },
    newest: facility => book.next(facility) - 1,
    async stop() {
      clearInterval(saveTimer)
      endTidying()
      for (const part of [technical, evidence, endings, facts]) part.stop()
      await lane?.stop()
      await replay.stop()
      journal.giveUp()
      await book.stop()
      await publisher.stop()
      await save()
      await journal.stop()
    },
  }

  /** What an earlier process made durable and the broker has perhaps not acknowledged. */
  async function publishRest(facility: string, next: number, kept: Record<string, number> | null): Promise<void> {
    // When that record is damaged, the present state of things is published again, not thirty days of history.
    const upTo = kept ? (kept[facility] ?? 0) : next - 1
    publisher.begin(facility, upTo)
    if (facilities === 'all' || !kept) publisher.again(facility, 'all')
    const rest: Transition[] = []
    for await (const transition of journal.read(facility, upTo + 1)) rest.push(transition)
    publisher.add(facility, rest)
  }

  async function known(facility: string, signal: AbortSignal): Promise<void> {
    if (isKnown(facility)) return
    const patience = sleep(KNOWN_MS, undefined, { ref: false, signal }).catch(() => undefined)
    await Promise.race([registry.known(facility), patience])
  }

  async function unpassed(recovered: Iterable<string>): Promise<[string, Transition[]][]> {
    const all: [string, Transition[]][] = []
    for (const facility of recovered) {
      const transitions: Transition[] = []
      for await (const transition of journal.read(facility, aheadOf(consumer, facility) ?? 1))
        transitions.push(transition)
      all.push([facility, transitions])
    }
    return all
  }

  function tidy(): void {
    journal
      .tidy()
      .catch((error: unknown) => log.warn(errorFields(error), 'old transitions of conditions could not be removed'))
  }

  async function save(): Promise<void> {
    const published = Object.fromEntries([...book.facilities()].map(id => [id, publisher.published(id)]))
    const data = { published, sessions: [...sessions] }
    const text = JSON.stringify(data)
    if (text === saved) return
    try {
      await saveCursor(files, SAVED, { position: 0, data })
      saved = text
    } catch (error) {
      log.debug(errorFields(error), 'how far conditions are published could not be kept: some will be published again')
    }
  }
}
