/** What the ledger must remember beside its rows: hours to be recounted, where it is red, packets that differed. One small file. */
import { z } from 'zod'
import type { SpoolFiles } from '../spool/files.ts'
import { readWhole, replaceFile } from '../whole-file.ts'

const removingSchema = z.object({
  facility: z.string(),
  /** Device time, epoch ms, half-open. */
  from: z.int(),
  to: z.int(),
  /** Null: all. */
  devices: z.array(z.string()).nullable(),
  /** What the rows of the ledger will say has been removed of them in all, once it has ended. */
  hours: z.array(z.tuple([z.int(), z.array(z.tuple([z.string(), z.int()]))])),
})

const schema = z.object({
  /** Closed hours that were never recounted. */
  pending: z.array(z.int()),
  /** The older hour that was recounted last, in turn. */
  rotation: z.int().nullable(),
  /** Rows that do not balance, per closed hour. */
  red: z.array(z.object({ facility: z.string(), hour: z.int(), rows: z.int() })),
  /** Packets acknowledged minus packets committed, by the hour in which that was seen. */
  packets: z.array(z.object({ facility: z.string(), hour: z.int(), difference: z.int() })),
  /** A removal that has begun and may not have ended. */
  removing: removingSchema.nullable().default(null),
})
export type LedgerState = z.infer<typeof schema>

const NAME = 'ledger.state'
/** What is older is no news: the dead letters and rejections behind it are gone too. */
export const RED_KEPT_MS = 31 * 86_400_000

export interface KeptState {
  get(): LedgerState
  /** When it returns, the change survives a power cut. */
  change(change: Partial<LedgerState>): Promise<void>
}

export async function loadLedgerState(files: SpoolFiles): Promise<KeptState> {
  let state: LedgerState = { pending: [], rotation: null, red: [], packets: [], removing: null }
  if ((await files.list()).includes(NAME)) {
    const body = await readWhole(files, NAME)
    const parsed = schema.safeParse(body === null ? null : JSON.parse(body))
    if (parsed.success) state = parsed.data
  }
  let saving: Promise<void> = Promise.resolve()
  return {
    get: () => state,
    change(change) {
      state = { ...state, ...change }
      saving = saving.catch(() => undefined).then(() => replaceFile(files, NAME, JSON.stringify(state)))
      return saving
    },
  }
}
