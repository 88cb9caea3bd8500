/** Daily files of one JSON line each on the injectable file layer: appended durably, mended after a torn end, read backwards in blocks. */
import type { SpoolFile, SpoolFiles } from '../spool/files.ts'
import { createTurns } from '../turns.ts'

export type KeptKind = 'rejections' | 'conflicts' | 'dead-letters' | 'replayed'

export interface KeptLine {
  text: string
  /** Where in the file it begins. */
  at: number
}

/** Files are `{kind}-{UTC day}.ndjson`. */
export interface DayFiles {
  /** When it returns the lines are on disk; throws when they could not be written, and then none of them is. */
  append(kind: KeptKind, day: string, lines: readonly string[]): Promise<void>
  /** Days that have a file, newest first. */
  days(kind: KeptKind): Promise<string[]>
  /** The lines of a day, newest first, up to byte `before`; holds one block at a time. */
  backwards(kind: KeptKind, day: string, before?: number): AsyncGenerator<KeptLine>
  /** Removes files of days before `oldest`. */
  tidy(kind: KeptKind, oldest: string): Promise<void>
}

const BLOCK_BYTES = 65_536
const NEWLINE = 10
const nameOf = (kind: KeptKind, day: string): string => `${kind}-${day}.ndjson`

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export function createDayFiles(files: SpoolFiles): DayFiles {
  /** Length of what is whole in each file that this process has written to. */
  const whole = new Map<string, number>()
  const turns = createTurns()

  return {
    append(kind, day, lines) {
      return lines.length === 0 ? Promise.resolve() : turns.take(() => appendNow(nameOf(kind, day), lines))
    },
    days,
    async *backwards(kind, day, before) {
      const name = nameOf(kind, day)
      if (!(await files.list()).includes(name)) return
      const file = await files.open(name)
      try {
        yield* linesBefore(file, before ?? (await file.size()))
      } finally {
        await file.close()
      }
    },
    async tidy(kind, oldest) {
      for (const day of await days(kind)) if (day < oldest) await files.remove(nameOf(kind, day))
    },
  }

  async function days(kind: KeptKind): Promise<string[]> {
    const pattern = new RegExp(`^${kind}-(\\d{4}-\\d{2}-\\d{2})\\.ndjson$`)
    return (await files.list())
      .flatMap(name => pattern.exec(name)?.[1] ?? [])
      .sort()
      .reverse()
  }

  async function appendNow(name: string, lines: readonly string[]): Promise<void> {
    const known = whole.get(name)
    // Also makes the folder.
    if (known === undefined) await files.list()
    const file = await files.open(name, { create: true })
    try {
      const end = known ?? (await wholeLines(file))
      // Behind it stands what a power cut or a full disk left of a line: the next one must not be glued to that.
      if ((await file.size()) > end) await file.truncate(end)
      const bytes = Buffer.from(`${lines.join('\n')}\n`)
      await file.writev([bytes], end)
      await file.sync()
      if (known === undefined) await files.syncFolder()
      whole.set(name, end + bytes.length)
    } catch (error) {
      whole.delete(name)
      throw error
    } finally {
      await file.close()
    }
  }
}

/** Where the last whole line of a file ends. */
async function wholeLines(file: SpoolFile): Promise<number> {
  for (let end = await file.size(); end > 0; ) {
    const start = Math.max(0, end - BLOCK_BYTES)
    const block = Buffer.alloc(end - start)
    await file.read(block, start)
    const newline = block.lastIndexOf(NEWLINE)
    if (newline >= 0) return start + newline + 1
    end = start
  }
  return 0
}

async function* linesBefore(file: SpoolFile, before: number): AsyncGenerator<KeptLine> {
  /** The end of a line whose beginning lies further ahead in the file. */
  let rest: Buffer = Buffer.alloc(0)
  for (let at = before; at > 0; ) {
    const start = Math.max(0, at - BLOCK_BYTES)
    const block = Buffer.alloc(at - start)
    await file.read(block, start)
    let data: Buffer = Buffer.concat([block, rest])
    for (let newline = data.lastIndexOf(NEWLINE); newline >= 0; newline = data.lastIndexOf(NEWLINE)) {
      if (newline + 1 < data.length) yield { text: data.toString('utf8', newline + 1), at: start + newline + 1 }
      data = data.subarray(0, newline)
    }
    rest = data
    at = start
  }
  if (rest.length > 0) yield { text: rest.toString(), at: 0 }
}
