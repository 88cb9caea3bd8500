/** Subjects of CDISC's pilot trial, and policies that differ in what the columns are worth. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordingFolder } from '../../device-sim/recordings.ts'

export const CDISC = 'trial_subjects_cdiscpilot01'
export const cdiscSubjects = join(recordingFolder(CDISC), 'dm.csv')
export const cdiscPolicy = join(import.meta.dirname, 'cdisc/policy.json')

/** @param weights of age, sex, race, ethnic group, site @param file is written: the policy with these weights */
export function weightedPolicy(weights: readonly number[], file: string): void {
  const policy = JSON.parse(readFileSync(cdiscPolicy, 'utf8'))
  const quasi_identifiers = policy.quasi_identifiers.map((quasi: { hierarchy: string }, i: number) => ({
    ...quasi,
    hierarchy: join(import.meta.dirname, 'cdisc', quasi.hierarchy),
    weight: weights[i],
  }))
  writeFileSync(file, JSON.stringify({ ...policy, quasi_identifiers }))
}
