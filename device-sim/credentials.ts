/** The credentials file: which devices there are and how each signs in at the broker. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AppError } from '../core/errors.ts'
import { deviceIdSchema, facilityIdSchema, profileIdSchema } from '../core/ids.ts'

export const credentialSchema = z.object({
  facility: facilityIdSchema,
  device: deviceIdSchema,
  profile: profileIdSchema,
  client_id: z.string(),
  username: z.string(),
  password: z.string(),
  /** Waits for a visitor's own message; never simulated. */
  spare: z.boolean().default(false),
})
export type Credential = z.infer<typeof credentialSchema>

/** @throws AppError `bad_file` */
export const readCredentials = (file: string): Credential[] => readJson(file, z.array(credentialSchema))

/** Reads a JSON file of a known form. @throws AppError `bad_file` that names the file, never its content */
export function readJson<T>(file: string, schema: z.ZodType<T>): T {
  let text: unknown
  try {
    text = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new AppError('bad_file', `cannot read ${file}`, { cause })
  }
  const parsed = schema.safeParse(text)
  if (!parsed.success) throw new AppError('bad_file', `${file} does not have the expected form`)
  return parsed.data
}
