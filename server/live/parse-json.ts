/** Reads a JSON message of the bus by its schema; null when it is none. */
import type { z } from 'zod'

export function parseJson<S extends z.ZodType>(schema: S, payload: Buffer): z.output<S> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(payload.toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
