/** Copies what a trial's build reads into its folder, site by site, and turns what came out into the register's record. */
import { join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import type { TelemetrySource } from '../../../core/ports.ts'
import type { Registry } from '../../../core/registry.ts'
import type { TrialRelease } from '../../../core/registry-releases.ts'
import { extractEvents } from '../../../storage/telemetry/events-parquet.ts'
import { writeTrialInput } from '../../export/job.ts'
import type { TrialResult } from '../../export/outcome.ts'
import { EVENTS_FILE } from '../../export/trial/input.ts'
import { eligibleProduct } from '../../export/trial/product.ts'
import { readingsPart } from '../../export/trial-extracts.ts'
import type { TrialRequest } from '../scope.ts'
import { type TrialContext, trialInputOf } from './input.ts'

interface Job {
  registry: Registry
  source: TelemetrySource
  folder: string
  told: (readings: number) => void
  signal: AbortSignal
}

/** @returns the participants */
export async function prepareTrial(
  request: TrialRequest,
  context: TrialContext,
  { registry, source, folder, told, signal }: Job,
): Promise<string[]> {
  const trial = await registry.trials.get(request.scope.trial)
  if (!trial) throw new AppError('input_invalid', 'the trial of the request is gone')
  const input = await trialInputOf(request, trial, context)
  eligibleProduct(input)
  const range = { fromMs: input.from_ms, toMs: input.to_ms }
  const sites = input.sites.map(({ id }) => ({
    facility: id,
    devices: input.devices.filter(({ facility }) => facility === id).map(device => device.id),
  }))
  let before = 0
  for (const [n, site] of sites.entries()) {
    const query = { ...site, ...range, profiles: input.profiles.map(({ id }) => id) }
    const { readings } = await source.extract(query, join(folder, readingsPart(n)), now => told(before + now), signal)
    before += readings
  }
  await extractEvents(
    source,
    sites.map(site => ({ ...site, ...range })),
    join(folder, EVENTS_FILE),
    signal,
  )
  await writeTrialInput(folder, input)
  return input.subjects.map(({ id }) => id)
}

export function trialReleaseOf(trial: string, { members, ...facts }: TrialResult): TrialRelease {
  const classes: Record<string, number> = {}
  const groups: Record<string, Record<string, number>> = {}
  for (const { class: inClass, groups: of } of members) {
    if (inClass !== null) classes[inClass] = (classes[inClass] ?? 0) + 1
    for (const [series, group] of Object.entries(of)) {
      const sizes = groups[series] ?? {}
      sizes[group] = (sizes[group] ?? 0) + 1
      groups[series] = sizes
    }
  }
  return { trial, ...facts, classes, groups }
}
