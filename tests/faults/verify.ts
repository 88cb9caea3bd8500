/** The oracle's judgement: every obligation against what is in the store and what was put aside. */
import type { TelemetrySource } from '../../core/ports.ts'
import type { Reading, StoredEvent, StoredValue } from '../../core/readings.ts'
import { type AsideFound, type DeadLetter, identity } from './aside-files.ts'
import { type Books, type BootBook, CONFLICT_SAFE, DEAD, SAFE, SENT, STORED } from './books.ts'
import { type Planned, planOf, type World } from './messages.ts'
import { FACILITY } from './process-config.ts'

export interface Verdict {
  /** Rows found. */
  stored: number
  deadLettered: number
  /** Rows of the store that are dead letters, too: refused when they were written again after a crash. */
  both: number
  /** Acknowledged, and neither stored nor a dead letter. */
  lost: number
  /** Identities that were found a second time. */
  twice: number
  /** Values or device time are others than those sent. */
  altered: number
  /** Rows and receipts for what was never sent, and rows that had to be refused. */
  invented: number
  /** Acknowledged as refused or conflicting, and not kept aside. */
  notKept: number
  /** The first few of each, for the one who has to find out why. */
  examples: string[]
}
export interface Judged {
  verdict: Verdict
  /** All that the store holds. */
  events: StoredEvent[]
}

const DAY_MS = 86_400_000
const EXAMPLES = 12
const PAGE_EVENTS = 1_000

export interface Evidence {
  world: World
  books: Books
  source: TelemetrySource
  aside: AsideFound
  garbageSafe: ReadonlySet<string>
  inventedReceipts: number
}

type StoredPlan = Extract<Planned, { fate: 'stored' }>

export async function verify(evidence: Evidence): Promise<Judged> {
  const { world, books, source, aside } = evidence
  const verdict: Verdict = {
    stored: 0,
    deadLettered: 0,
    both: 0,
    lost: 0,
    twice: 0,
    altered: 0,
    invented: evidence.inventedReceipts,
    notKept: 0,
    examples: [],
  }
  const allEvents: StoredEvent[] = []
  const range = { facility: FACILITY, fromMs: world.beganMs - 40 * DAY_MS, toMs: world.beganMs + 60 * DAY_MS }
  await readTelemetry()
  await readEvents()
  const { telemetry, events } = await source.count({ ...range, fromMs: Date.UTC(2000), toMs: Date.UTC(2100) })
  if (telemetry + events !== verdict.stored)
    note('altered', 'rows outside of all times that were sent', telemetry + events - verdict.stored)
  for (const letter of aside.deadLetters.values()) takeDeadLetter(letter)
  for (const boot of books.boots()) for (let seq = 0; seq < boot.next; seq += 1) settle(boot, seq)
  for (const sha256 of evidence.garbageSafe)
    if (!aside.refusedPayloads.has(sha256)) note('notKept', `unreadable payload ${sha256}`)
  return { verdict, events: allEvents }

  async function readTelemetry(): Promise<void> {
    let at = ''
    const repeated = new Set<string>()
    /** Rows that share device and key; a store may hold several. */
    let rows = new Map<string, { first: Reading; values: Record<string, StoredValue> }>()
    const flush = (): void => {
      for (const id of repeated) note('twice', `${at} ${id}, under one key`)
      verdict.stored += repeated.size
      repeated.clear()
      for (const { first, values } of rows.values())
        found(
          first.device,
          first.boot,
          first.seq,
          plan => plan.kind === 'telemetry' && plan.deviceMs === first.deviceMs && same(plan.values, values),
        )
      rows = new Map()
    }
    for await (const reading of source.scan(range)) {
      const key = `${reading.device} ${reading.key}`
      if (key !== at) flush()
      at = key
      const id = `${reading.boot} ${reading.seq}`
      const row = rows.get(id)
      if (!row) rows.set(id, { first: reading, values: { [reading.metric]: reading.value } })
      else if (reading.metric in row.values) repeated.add(id)
      else row.values[reading.metric] = reading.value
    }
    flush()
  }

  async function readEvents(): Promise<void> {
    for (let before: bigint | undefined; ; ) {
      const page = await source.events({ ...range, limit: PAGE_EVENTS, ...(before === undefined ? {} : { before }) })
      allEvents.push(...page)
      for (const { device, boot, seq, deviceMs, event, attributes } of page)
        found(
          device,
          boot,
          seq,
          plan =>
            plan.kind === 'event' &&
            plan.deviceMs === deviceMs &&
            plan.event === event &&
            same(plan.attributes, attributes),
        )
      if (page.length < PAGE_EVENTS) return
      before = page.at(-1)?.key
    }
  }

  function found(device: string, id: string, seq: number, matches: (plan: StoredPlan) => boolean): void {
    verdict.stored += 1
    const boot = books.devices().includes(device) ? books.find(device, id) : undefined
    if (!boot || !((boot.flags[seq] ?? 0) & SENT)) {
      note('invented', `${device} ${id} ${seq}`)
      return
    }
    const plan = planOf(world, boot, seq, boot.plain)
    if (plan.fate === 'refused') {
      note('invented', `${device} ${id} ${seq} should have been refused`)
      return
    }
    if (boot.flags[seq]! & STORED) note('twice', `${device} ${id} ${seq}`)
    boot.flags[seq]! |= STORED
    if (!matches(plan)) note('altered', `${device} ${id} ${seq}`)
  }

  function takeDeadLetter({ device, boot: id, seq, key, values, event, attributes }: DeadLetter): void {
    const boot = books.find(device, id)
    const plan = boot && planOf(world, boot, seq, boot.plain)
    if (!boot || plan?.fate !== 'stored') {
      note('invented', `dead letter ${device} ${id} ${seq}`)
      return
    }
    const right =
      Number(BigInt(key) / 1_000_000n) === plan.deviceMs &&
      (plan.kind === 'telemetry'
        ? same(plan.values, values ?? {})
        : plan.event === event && same(plan.attributes, attributes ?? {}))
    if (!right) note('altered', `dead letter ${device} ${id} ${seq}`)
    boot.flags[seq]! |= DEAD
    verdict.deadLettered += 1
    if (boot.flags[seq]! & STORED) verdict.both += 1
  }

  function settle(boot: BootBook, seq: number): void {
    for (const what of unkept(world, aside, boot, seq)) note('notKept', what)
    const flags = boot.flags[seq] ?? 0
    if (!(flags & SAFE) || flags & (STORED | DEAD)) return
    if (planOf(world, boot, seq, boot.plain).fate === 'stored') note('lost', identity(boot.device, boot.id, seq))
  }

  function note(column: 'lost' | 'twice' | 'altered' | 'invented' | 'notKept', what: string, count = 1): void {
    verdict[column] += Math.abs(count)
    if (verdict.examples.filter(line => line.startsWith(column)).length < EXAMPLES)
      verdict.examples.push(`${column}: ${what}`)
  }
}

/** How many refused and conflicting messages that were acknowledged are not put aside yet. */
export function missingAside(books: Books, aside: AsideFound, world: World): number {
  let missing = 0
  for (const boot of books.boots())
    for (let seq = 0; seq < boot.next; seq += 1) missing += unkept(world, aside, boot, seq).length
  return missing
}

/** What of one message should have been put aside and was not. */
function unkept(world: World, aside: AsideFound, boot: BootBook, seq: number): string[] {
  const flags = boot.flags[seq] ?? 0
  const id = identity(boot.device, boot.id, seq)
  const missing: string[] = []
  if (flags & CONFLICT_SAFE && !aside.conflicting.has(id)) missing.push(`conflict ${id}`)
  if (!(flags & SAFE) || aside.refused.has(id)) return missing
  const plan = planOf(world, boot, seq, boot.plain)
  if (plan.fate === 'refused') missing.push(`refused ${id}`)
  else if (plan.kind === 'telemetry' && plan.partly) missing.push(`part of ${id}`)
  return missing
}

/** Numbers must be equal to the last bit. */
function same(planned: Record<string, StoredValue>, stored: Readonly<Record<string, StoredValue>>): boolean {
  const names = Object.keys(planned)
  return names.length === Object.keys(stored).length && names.every(name => planned[name] === stored[name])
}
