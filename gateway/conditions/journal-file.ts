/** One day of a facility's journal: a head with the conditions that were active when it began, and the transitions since. */
import { z } from 'zod'
import { type Transition, transitionSchema } from '../../core/conditions.ts'
import type { SpoolFile, SpoolFiles } from '../spool/files.ts'
import { isNoRoom } from '../spool/segment-writer.ts'
import { encodeLine, scanLines } from './journal-lines.ts'

/** What a file begins with: enough to go on when all older files are gone. */
const headSchema = z.object({ head: z.array(transitionSchema) })

export interface JournalName {
  facility: string
  /** UTC. */
  day: string
  /** The `n` of its first transition. */
  first: number
}

const NAME = /^([a-z0-9][a-z0-9-]{1,62})\.(\d{4}-\d{2}-\d{2})\.(\d{16})\.log$/

export function parseJournalName(name: string): JournalName | null {
  const [, facility, day, first] = NAME.exec(name) ?? []
  return facility !== undefined && day !== undefined ? { facility, day, first: Number(first) } : null
}

export const journalName = ({ facility, day, first }: JournalName): string =>
  `${facility}.${day}.${String(first).padStart(16, '0')}.log`

export interface JournalContent {
  /** Newest transitions of the conditions that were active when the file began. */
  active: Transition[]
  transitions: Transition[]
  damaged: number
}

/** Room that each file takes in advance, so that an alarm about a full disk still finds some. */
const ROOM_BYTES = 65_536

export interface JournalFile {
  name: JournalName
  /** When it returns they survive a power cut. May be repeated after an error other than that of a sync. */
  append(transitions: readonly Transition[]): Promise<void>
  close(): Promise<void>
}

/** The content of a file; null when not even its head is whole. */
export async function readJournal(files: SpoolFiles, name: JournalName): Promise<JournalContent | null> {
  const file = await files.open(journalName(name))
  try {
    return contentOf(await bytesOf(file))
  } finally {
    await file.close()
  }
}

/** Opens a file that is there to go on with it: its torn end is wiped out. Null when not even its head is whole: the file is then removed. */
export async function reopenJournal(
  files: SpoolFiles,
  name: JournalName,
): Promise<{ file: JournalFile; content: JournalContent } | null> {
  const file = await files.open(journalName(name))
  const bytes = await bytesOf(file)
  const content = contentOf(bytes)
  if (!content) {
    await file.close()
    await files.remove(journalName(name))
    await files.syncFolder()
    return null
  }
  const { end, torn } = scanLines(bytes)
  if (torn) {
    // In place: to cut it off would give away the room that was taken in advance.
    await file.writev([Buffer.alloc(bytes.length - end)], end)
  }
  // What a killed process had written and not synced counts from here on, and so does the file's name.
  await file.sync()
  await files.syncFolder()
  return { file: journalFile(file, name, end, bytes.length), content }
}

/** Makes a new file with its head; nothing is durable before the first `append` has returned. */
export async function makeJournal(
  files: SpoolFiles,
  name: JournalName,
  active: readonly Transition[],
): Promise<JournalFile> {
  const file = await files.open(journalName(name), { create: true })
  // What an attempt before this one may have left.
  await file.truncate(0)
  const head = Buffer.from(encodeLine(JSON.stringify({ head: active })))
  let named = false
  const made = journalFile(file, name, 0, 0)
  return {
    ...made,
    async append(transitions) {
      await made.append(transitions, named ? undefined : head)
      if (!named) await files.syncFolder()
      named = true
    },
  }
}

function journalFile(file: SpoolFile, name: JournalName, sizeNow: number, allocatedNow: number) {
  let size = sizeNow
  let allocated = allocatedNow
  return {
    name,
    async append(transitions: readonly Transition[], head?: Buffer): Promise<void> {
      const lines = transitions.map(transition => Buffer.from(encodeLine(JSON.stringify(transition))))
      const buffers = head ? [head, ...lines] : lines
      const bytes = buffers.reduce((sum, buffer) => sum + buffer.length, 0)
      await file.writev(buffers, size)
      await takeRoom(size + bytes)
      await file.sync()
      size += bytes
    },
    close: () => file.close(),
  }

  async function takeRoom(end: number): Promise<void> {
    if (allocated - end >= ROOM_BYTES / 2) return
    const from = Math.max(allocated, end)
    try {
      await file.writev([Buffer.alloc(end + ROOM_BYTES - from)], from)
      allocated = end + ROOM_BYTES
    } catch (error) {
      // A full disk: this time the room that was taken before is used.
      if (!isNoRoom(error)) throw error
    }
  }
}

function contentOf(bytes: Buffer): JournalContent | null {
  const { texts, damaged } = scanLines(bytes)
  const [first, ...rest] = texts
  const head = first === undefined ? null : headSchema.safeParse(JSON.parse(first))
  if (!head?.success) return null
  return {
    active: head.data.head,
    transitions: rest.map(text => transitionSchema.parse(JSON.parse(text))),
    damaged,
  }
}

async function bytesOf(file: SpoolFile): Promise<Buffer> {
  const bytes = Buffer.alloc(await file.size())
  const length = await file.read(bytes, 0)
  return bytes.subarray(0, length)
}
