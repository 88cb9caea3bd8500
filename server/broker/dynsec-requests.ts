/** Asks Mosquitto's dynamic security over MQTT: pairs each request with its answer and turns refusals into errors. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { Bus } from '../mqtt.ts'
import { CONTROL_TOPIC } from './rights.ts'

/** One command as the plugin documents them, without `correlationData`. */
export type DynsecCommand = { command: string } & Record<string, unknown>
/** `error` is the plugin's own text, such as "Client not found". */
export type DynsecAnswer = z.infer<typeof answerSchema>
/**
 * Sends commands that are carried out in order, none undone when a later one is refused; resolves with one answer each.
 * Throws AppError `broker_unavailable` (retryable) at once without a connection, and when no answer comes or the connection is lost: then
 * they may or may not have been carried out.
 */
export type DynsecRequest = (commands: readonly DynsecCommand[]) => Promise<DynsecAnswer[]>

const answerSchema = z.object({
  command: z.string(),
  correlationData: z.string().optional(),
  error: z.string().optional(),
  data: z.unknown().optional(),
})
const responseSchema = z.object({ responses: z.array(answerSchema) })

export interface DynsecRequests {
  request: DynsecRequest
  stop(): void
}

/** Subscribes to the answers; throws `broker_refused` when this account may not. */
export async function createDynsecRequests({
  bus,
  timeoutMs = 10_000,
}: {
  bus: Pick<Bus, 'connected' | 'publish' | 'subscribe' | 'onReconnect'>
  timeoutMs?: number
}): Promise<DynsecRequests> {
  const waiting = new Map<string, { answered(answers: DynsecAnswer[]): void; lost(): void }>()
  const topic = `${CONTROL_TOPIC}/response`
  const unsubscribe = await bus.subscribe(
    [topic],
    1,
    t => t === topic,
    ({ payload }) => {
      const answers = parseAnswers(payload)
      const id = answers?.[0]?.correlationData
      if (answers && id) waiting.get(id)?.answered(answers)
    },
  )
  // What was asked on the last connection is answered on none; whoever waits for it would keep what comes after from its turn.
  bus.onReconnect(() => {
    for (const { lost } of waiting.values()) lost()
  })
  return {
    stop: unsubscribe,
    async request(commands) {
      if (!bus.connected()) throw noConnection()
      const id = randomUUID()
      const answered = new Promise<DynsecAnswer[]>((resolve, reject) => {
        const timer = setTimeout(() => reject(noAnswer(timeoutMs)), timeoutMs)
        waiting.set(id, {
          answered(answers) {
            clearTimeout(timer)
            resolve(answers)
          },
          lost() {
            clearTimeout(timer)
            reject(noConnection())
          },
        })
      })
      try {
        const payload = JSON.stringify({ commands: commands.map(command => ({ ...command, correlationData: id })) })
        const [answers] = await Promise.all([answered, bus.publish(CONTROL_TOPIC, payload, { qos: 1 })])
        return answers
      } finally {
        waiting.delete(id)
      }
    },
  }
}

/** What does not look like an answer is none: the request runs into its time limit. */
function parseAnswers(payload: Buffer): DynsecAnswer[] | null {
  try {
    return responseSchema.parse(JSON.parse(payload.toString('utf8'))).responses
  } catch {
    return null
  }
}

const noConnection = () =>
  new AppError('broker_unavailable', 'the connection to the broker was lost', { retryable: true })

const noAnswer = (timeoutMs: number) =>
  new AppError(
    'broker_unavailable',
    `the broker's dynamic security did not answer within ${timeoutMs / 1000} s: is its plugin loaded?`,
    { retryable: true },
  )
