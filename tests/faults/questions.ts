/** Answers the fault harness from within a tortured process: ready, totals, what is stored, stop. */
import type { DeviceId } from '../../core/ids.ts'
import type { TelemetrySource } from '../../core/ports.ts'
import type { GatewayTotals } from '../../gateway/heartbeat.ts'
import { FACILITY } from './process-config.ts'

export type Question = { ask: 'totals' } | { ask: 'stored'; device: string; ms: number } | { ask: 'stop' }

export interface Answering {
  totals(): GatewayTotals
  /** Absent where the harness reads the store itself. */
  source?: TelemetrySource
  stop(): Promise<void>
}

/** Called when the process takes messages. */
export function answerQuestions(deps: Answering): void {
  process.on('message', (message: unknown) => {
    const { n, ...question } = message as { n?: number } & Question
    if (n === undefined) return
    // A question that fails stays without answer: the harness asks again.
    answer(question as Question).then(
      answered => process.send?.({ n, answer: answered }),
      () => undefined,
    )
  })
  process.send?.({ ready: true })

  async function answer(question: Question): Promise<unknown> {
    if (question.ask === 'totals') return deps.totals()
    if (question.ask === 'stored') return isStored(question.device, question.ms)
    setImmediate(() => void deps.stop().then(() => process.exit(0)))
    return true
  }

  /** Read from the store itself, not from what anybody counted. */
  async function isStored(device: string, ms: number): Promise<boolean> {
    const range = { facility: FACILITY, devices: [device as DeviceId], fromMs: ms, toMs: ms + 1 }
    for await (const _ of deps.source?.scan(range) ?? []) return true
    return false
  }
}
