/** What a gateway has put aside, read from its folder: refused and conflicting messages, dead letters. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StoredValue } from '../../core/readings.ts'

export interface DeadLetter {
  device: string
  boot: string
  seq: number
  key: string
  values?: Record<string, StoredValue>
  event?: string
  attributes?: Record<string, StoredValue>
}

export interface AsideFound {
  /** `device boot seq` of refused messages that had an identity, whole or in part. */
  refused: Set<string>
  /** SHA-256 of their payloads. */
  refusedPayloads: Set<string>
  conflicting: Set<string>
  /** By `device boot seq`; the same one may stand there twice after a crash. */
  deadLetters: Map<string, DeadLetter>
  /** Lines that are no JSON: ends of writes that a crash cut short. */
  torn: number
}

export const identity = (device: string, boot: string, seq: number): string => `${device} ${boot} ${seq}`

export function readAside(folder: string): AsideFound {
  const found: AsideFound = {
    refused: new Set(),
    refusedPayloads: new Set(),
    conflicting: new Set(),
    deadLetters: new Map(),
    torn: 0,
  }
  if (!existsSync(folder)) return found
  for (const name of readdirSync(folder).filter(file => file.endsWith('.ndjson'))) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      if (line === '') continue
      const parsed = parse(line)
      if (!parsed) found.torn += 1
      else if (name.startsWith('dead-letters')) {
        const letter = parsed as unknown as DeadLetter
        found.deadLetters.set(identity(letter.device, letter.boot, letter.seq), letter)
      } else {
        const { d = '', b = '', s = -1, sha256 } = parsed as { d?: string; b?: string; s?: number; sha256?: string }
        const set = name.startsWith('rejections') ? found.refused : found.conflicting
        if (b !== '') set.add(identity(d, b, s))
        if (sha256 !== undefined) found.refusedPayloads.add(sha256)
      }
    }
  }
  return found
}

function parse(line: string): object | null {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}
