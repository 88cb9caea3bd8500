// Go's transparency-log and signed-note packages, as a program that tests need.
import { execFileSync } from 'node:child_process'
import { builtProgram, locate } from '../../servers/find.ts'

export const tlogReferee = builtProgram('tlog', 'tlog', 'TLOG_BIN', new URL('.', import.meta.url))

export interface TlogAnswer {
  /** Base64, of the trees of 0, 1, … leaves. */
  roots: string[]
  /** By `index/size`. */
  inclusion: Record<string, string[]>
  /** By `old/new`. */
  consistency: Record<string, string[]>
  signed: string
  verifierKey: string
  opened: string
  refused: string
}

export function askTlog(question: {
  leaves?: Buffer[]
  name?: string
  seed?: Buffer
  text?: string
  note?: string
  verifier?: string
}): TlogAnswer {
  const input = JSON.stringify({
    ...question,
    leaves: question.leaves?.map(leaf => leaf.toString('base64')),
    seed: question.seed?.toString('base64'),
  })
  return JSON.parse(execFileSync(locate(tlogReferee), { input, encoding: 'utf8', maxBuffer: 1 << 28 })) as TlogAnswer
}
