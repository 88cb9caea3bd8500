/** Reads `trial.json` of a job's folder, and refuses one that contradicts itself. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import { byCode } from '../by-code.ts'
import { TRIAL_FILE, type TrialInput, trialInputSchema } from './input.ts'

/** @throws AppError `input_invalid`; the message names no value */
export async function readTrialInput(folder: string): Promise<{ input: TrialInput; sha256: string }> {
  const invalid = (what: string, cause?: unknown): AppError => new AppError('input_invalid', what, { cause })
  const bytes = await readFile(join(folder, TRIAL_FILE)).catch(error => {
    throw invalid('The input of the build cannot be read', error)
  })
  let json: unknown
  try {
    json = JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    throw invalid('The input of the build is no JSON', error)
  }
  const parsed = trialInputSchema.safeParse(json)
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.filter(part => typeof part === 'string').join('.')
    throw invalid(`The input of the build breaks its rules at ${where || 'its top'}`)
  }
  const wrong = contradictionIn(parsed.data)
  if (wrong) throw invalid(wrong)
  return { input: parsed.data, sha256: createHash('sha256').update(bytes).digest('hex') }
}

/** What the schema cannot say. */
function contradictionIn(input: TrialInput): string | undefined {
  const { subjects, sites, placements, profiles, devices } = input
  if (input.from_ms >= input.to_ms) return 'The period of the trial is empty'
  const twice = (ids: readonly string[]) => new Set(ids).size < ids.length
  if (twice(subjects.map(({ id }) => id))) return 'A participant is named twice'
  if (twice(sites.map(({ id }) => id))) return 'A facility is named twice'
  if (twice(profiles.map(({ id }) => id))) return 'A device type is defined twice'
  const known = new Set(sites.map(({ id }) => id))
  if (subjects.some(({ site }) => !known.has(site))) return 'A participant is of an unknown facility'
  if (subjects.some(({ from_ms, to_ms }) => from_ms >= to_ms)) return 'A participation is empty'
  if (devices.some(({ profile }) => !profiles.some(({ id }) => id === profile)))
    return 'A device is of an undefined type'
  const approvers = new Set(input.approvals.map(({ by }) => by))
  if (approvers.size < 2) return 'Two people must have approved'
  const byDevice = [...placements].sort(
    (a, b) => byCode(a.facility, b.facility) || byCode(a.device, b.device) || a.from_ms - b.from_ms,
  )
  const overlap = byDevice.some((placement, i) => {
    const next = byDevice[i + 1]
    return next?.device === placement.device && next.facility === placement.facility && next.from_ms < placement.to_ms
  })
  return overlap ? 'A device has two participants at one time' : undefined
}
