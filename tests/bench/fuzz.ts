/** The long fuzz run: spoilt payloads through a whole gateway, spoilt packets at the embedded broker. Fails at the first thing that must not be. */
import { parseArgs } from 'node:util'
import { type PacketReport, runPackets } from '../fuzz/packet-run.ts'
import { type PayloadReport, runPayloads } from '../fuzz/payload-run.ts'

const HELP = `npm run bench -- fuzz [--seed 1] [--payloads 1000000] [--packets 100000]

  --seed      everything but times follows from it
  --payloads  spoilt payloads, and valid ones among them; 0: none
  --packets   spoilt MQTT packets; sound ones come beside them; 0: none

Exit codes: 0 nothing was found, 1 something was (seed, number and bytes are printed), 2 bad usage.`

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { seed: text, payloads: text, packets: text, help: { type: 'boolean' } },
  })
  if (values.help) return console.log(HELP)
  const seed = Number(values.seed ?? 1)
  const payloads = Number(values.payloads ?? 1_000_000)
  const packets = Number(values.packets ?? 100_000)
  if (![seed, payloads, packets].every(given => Number.isSafeInteger(given) && given >= 0)) {
    console.error(HELP)
    process.exitCode = 2
    return
  }
  try {
    if (payloads > 0) sayPayloads(await runPayloads({ seed, payloads, progress: progressOf('payloads', payloads) }))
    if (packets > 0) sayPackets(await runPackets({ seed, packets, progress: progressOf('packets', packets) }))
  } catch (error) {
    console.error(`\nfuzz: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}

function progressOf(what: string, all: number): (done: number, heapMb?: number) => void {
  const beganMs = performance.now()
  let shownMs = 0
  return (done, heapMb) => {
    const nowMs = performance.now()
    if (nowMs - shownMs < 1_000) return
    shownMs = nowMs
    const line = `${((nowMs - beganMs) / 1_000).toFixed(0)} s · ${done}/${all} ${what}${heapMb === undefined ? '' : ` · heap ${heapMb} MB`}`
    process.stderr.write(`${line}${process.stderr.isTTY ? '\x1b[K\r' : '\n'}`)
  }
}

function sayPayloads({ payloads, totals, rows, reasons, how, heapMb }: PayloadReport): void {
  const { accepted, duplicate, conflicting, refused, stored } = totals
  console.log(`\n${payloads} payloads: each done with once, G2 held after each`)
  console.log(
    `accepted ${accepted}, duplicate ${duplicate}, conflicting ${conflicting}, refused ${refused}; stored ${stored}`,
  )
  console.log(`rows at the store, all facilities: ${rows}; dead letters 0`)
  console.log(`heap after each phase, MB: ${heapMb.join(' ')}`)
  console.log(`refused for: ${counts(reasons)}`)
  console.log(`spoilt by: ${counts(how)}`)
}

function sayPackets(report: PacketReport): void {
  const { packets, connections, closed, answered, pubacks, stored, healthy, how } = report
  console.log(
    `\n${packets} spoilt packets on ${connections} connections: ${closed} closed, ${answered} answered to the end`,
  )
  console.log(
    `${pubacks} PUBACKs, ${stored} messages of theirs stored; beside them ${healthy} of a healthy device, all acknowledged and stored`,
  )
  console.log(`packets: ${counts(how)}`)
}

const counts = (figures: Record<string, number>): string =>
  Object.entries(figures)
    .sort(([, a], [, b]) => b - a)
    .map(([name, figure]) => `${name} ${figure}`)
    .join(', ')
