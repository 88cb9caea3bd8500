/** The contract of TelemetrySink and TelemetrySource as tests, to be run on every adapter. */
import { afterEach, beforeEach } from 'vitest'
import type { Telemetry } from '../../storage/telemetry/duckdb.ts'
import { answersContract } from './telemetry/answers.ts'
import { failingContract } from './telemetry/failing.ts'
import { openTelemetry, type StoreDescription } from './telemetry/open.ts'
import { readingContract } from './telemetry/reading.ts'
import { removingContract } from './telemetry/removing.ts'
import { writingContract } from './telemetry/writing.ts'

export interface ContractStore {
  description: StoreDescription
  /** A folder for what a test writes beside the store. */
  folder: string
  /** Makes the store unreachable; returns a handle that meets it so, the codes it may throw, and the way back. */
  takeAway(handle: Telemetry): Promise<{ handle: Telemetry; codes: string[]; bringBack(): Promise<void> }>
}

/** What each test finds: an empty store and a handle on it. */
export interface Fixture {
  store: ContractStore
  telemetry: Telemetry
  /** One more handle on the same store. */
  open(): Telemetry
  /** Stopped after the test. */
  opened: Telemetry[]
}

/** `prepare` gives an empty store for each test. */
export function telemetryContract(prepare: () => Promise<ContractStore>): void {
  const at = { opened: [] } as unknown as Fixture
  at.open = () => {
    const handle = openTelemetry(at.store.description)
    at.opened.push(handle)
    return handle
  }
  beforeEach(async () => {
    at.store = await prepare()
    at.telemetry = at.open()
  })
  afterEach(async () => {
    for (const handle of at.opened.splice(0)) await handle.stop()
  })
  writingContract(at)
  failingContract(at)
  readingContract(at)
  answersContract(at)
  removingContract(at)
}
