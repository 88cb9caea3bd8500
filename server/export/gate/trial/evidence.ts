/** Holds every claim of the evidence against what was recounted; knows each of its keys, so that nothing can be told in one more. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { TRIAL_PRODUCTS } from '../../trial/input.ts'
import { EVIDENCE_FILE, QUASI_IDENTIFIERS } from '../../trial/layout.ts'
import type { TrialPolicy } from '../../trial/policy.ts'
import type { TrialFinding } from './finding.ts'
import { areOnLevel, type QuasiIdentifier } from './levels.ts'
import type { TrialProduct } from './package-files.ts'
import type { SubjectCounts } from './subjects.ts'
import type { Truth } from './truth.ts'

const hex = z.string().regex(/^[0-9a-f]{64}$/)
const word = z.string().regex(/^[a-z][a-z0-9_.]{0,63}$/)
const decimal = z.string().regex(/^\d{1,7}(\.\d{1,6})?$/)
/** An own text of the package, not one of the data: letters and signs of a sentence. */
const sentence = z.string().regex(/^[\p{L}\d ,.;:()'’/*-]{1,200}$/u)
const count = z.int().min(0)
const ratio = z.string().regex(/^\d{1,9}\/\d{1,9}$/)

const subjectsSchema = z.strictObject({
  rows: count,
  suppressed_within_limit: z.literal(true),
  levels: z.record(word, count),
  weights: z.record(word, z.number().min(0).max(1)),
  hierarchies: z.strictObject({ version: count, sha256: hex }),
  class_size_asked: count,
  classes: count,
  class_sizes: z.array(z.strictObject({ from: count, to: count.nullable(), classes: count })),
  loss: decimal,
  optimal: z.boolean(),
  risk: z.strictObject({
    model: word,
    threshold: ratio,
    before: sentence,
    after: z.strictObject({ highest: ratio, average: ratio, records_at_risk: count, k: count }),
  }),
})
const evidenceSchema = z.strictObject({
  format: z.literal(1),
  product: z.enum(TRIAL_PRODUCTS),
  product_by: sentence,
  asked_for: z.enum(TRIAL_PRODUCTS),
  reason: word,
  downloadable: z.boolean(),
  demonstration: z.boolean(),
  release: z.string(),
  request: z.string(),
  trial: z.string(),
  recipient: z.string(),
  attacker: z.strictObject({ risk: word, knows: z.array(sentence) }),
  device_types: z.array(z.strictObject({ id: word, version: count })),
  policy: z.record(z.string(), z.json()),
  columns: z.array(z.strictObject({ table: word, column: word, class: word, rule: word })),
  content_hash: hex,
  subjects: subjectsSchema.optional(),
  events: z
    .strictObject({
      types: z.strictObject({ occurred: count, told: count }),
      support: z.array(z.strictObject({ p: count, method: z.enum(['all', 'drawn']), fewest: count.nullable() })),
      safe: z.literal(true),
    })
    .optional(),
  series: z.strictObject({
    groups: count,
    group_size: z.strictObject({ at_least: count }),
    metrics: z.array(z.strictObject({ profile: word, metric: word, binHours: count, step: decimal })),
    left_out: z.array(z.strictObject({ profile: word, metric: word })),
    bins: z.strictObject({ possible: count, told: count }).nullable(),
    unicity: z.array(z.strictObject({ p: count, unique: decimal })).optional(),
    usual_values_stand_for: sentence,
  }),
  aggregates: z.strictObject({ cells: count, suppressed: count }),
  release_key: z.strictObject({ pseudonyms: sentence, kept: sentence }),
  inputs: z.record(z.string().regex(/^[a-z]+\.(json|parquet)$/), hex),
  software: z.strictObject({ name: word, version: z.string() }),
  registry_version: count,
  approvals: z.array(z.strictObject({ role: word })),
  committee: z.strictObject({ members: count, external: count }).optional(),
})
type Evidence = z.infer<typeof evidenceSchema>

export interface Recounted {
  product: TrialProduct
  /** Of the subjects; undefined for a product without. */
  subjects: SubjectCounts | undefined
  aggregates: { told: number; suppressed: number }
  seriesRows: number
  seriesGroups: number
  eventTypes: { told: number; possible: number }
  /** Fewest who share one, and two, of the told events within a class; null when none are told. */
  eventSupport: readonly [number | null, number | null]
  /** Distinct words of each column of the subjects. */
  words: Readonly<Record<QuasiIdentifier, readonly string[]>>
}

/** Levels of the columns as the evidence claims them; null when it claims none. */
export async function claimedLevels(packageFolder: string): Promise<Readonly<Record<string, number>> | null> {
  const levelsSchema = z.looseObject({ subjects: z.looseObject({ levels: z.record(word, count) }) })
  const text = await readFile(join(packageFolder, EVIDENCE_FILE), 'utf8').catch(() => '{}')
  return levelsSchema.safeParse(parsedOrNull(text)).data?.subjects.levels ?? null
}

/** What cannot be read is found by `checkEvidence`. */
function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export async function checkEvidence(
  packageFolder: string,
  jobFolder: string,
  truth: Truth,
  policy: TrialPolicy,
  recounted: Recounted,
): Promise<TrialFinding[]> {
  const wrong = (what: string): TrialFinding => ({ check: 'evidence', where: `${EVIDENCE_FILE}: ${what}` })
  const parsed = evidenceSchema.safeParse(JSON.parse(await readFile(join(packageFolder, EVIDENCE_FILE), 'utf8')))
  // Which keys, not what they hold.
  if (!parsed.success)
    return [
      ...new Set(parsed.error.issues.map(({ path }) => path.filter(part => typeof part === 'string').join('.'))),
    ].map(wrong)
  const evidence = parsed.data
  const findings: TrialFinding[] = []
  if (evidence.product !== recounted.product) findings.push({ check: 'label', where: EVIDENCE_FILE })
  const claims: Record<string, boolean> = {
    ...ofInput(evidence, truth, policy),
    inputs: await sameInputs(evidence, jobFolder),
    aggregates:
      evidence.aggregates.cells === recounted.aggregates.told &&
      evidence.aggregates.suppressed === recounted.aggregates.suppressed,
    subjects: (evidence.subjects === undefined) === (recounted.subjects === undefined),
    events: (evidence.events === undefined) === (recounted.subjects === undefined),
    ...(evidence.subjects && recounted.subjects
      ? ofSubjects(evidence.subjects, recounted.subjects, recounted.words, policy)
      : {}),
    ...(evidence.events ? ofEvents(evidence.events, recounted, policy) : {}),
    'series.groups': recounted.product !== 'P1' || evidence.series.groups === recounted.seriesGroups,
    'series.bins': (evidence.series.bins?.told ?? recounted.seriesRows) === recounted.seriesRows,
  }
  for (const [claim, holds] of Object.entries(claims)) if (!holds) findings.push(wrong(claim))
  return findings
}

/** Who asked for what, as the input has it, and the policy that the gate itself was given. */
function ofInput(evidence: Evidence, { input }: Truth, policy: TrialPolicy): Record<string, boolean> {
  const { sha256, ...rules } = evidence.policy
  const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
  return {
    asked_for: evidence.asked_for === input.product,
    downloadable: evidence.downloadable === (evidence.product !== 'P2'),
    demonstration: evidence.demonstration === input.demonstration,
    release: evidence.release === input.release && evidence.request === input.request && evidence.trial === input.trial,
    recipient: evidence.recipient === input.maker,
    device_types: same(
      evidence.device_types.map(({ id, version }) => `${id} ${version}`).sort(),
      input.profiles.map(({ id, version }) => `${id} ${version}`).sort(),
    ),
    policy: same(rules, policy) && sha256 === createHash('sha256').update(JSON.stringify(policy)).digest('hex'),
    software: evidence.software.name === 'mimamori' && evidence.software.version === input.code_version,
    registry_version: evidence.registry_version === input.registry_version,
    approvals: same(
      evidence.approvals,
      input.approvals.map(({ role }) => ({ role })),
    ),
    committee: same(
      evidence.committee,
      input.p2_grounds && evidence.product === 'P2'
        ? { members: input.p2_grounds.members, external: input.p2_grounds.external }
        : undefined,
    ),
  }
}

async function sameInputs({ inputs }: Evidence, jobFolder: string): Promise<boolean> {
  if (!('trial.json' in inputs)) return false
  for (const [name, sum] of Object.entries(inputs))
    if (
      createHash('sha256')
        .update(await readFile(join(jobFolder, name)))
        .digest('hex') !== sum
    )
      return false
  return true
}

function ofSubjects(
  claimed: z.infer<typeof subjectsSchema>,
  counted: SubjectCounts,
  words: Recounted['words'],
  { riskThreshold, k }: TrialPolicy,
): Record<string, boolean> {
  const { numerator, denominator } = riskThreshold
  const within = (from: number, to: number | null) =>
    counted.sizes.reduce((sum, { size, classes }) => sum + (size >= from && size <= (to ?? size) ? classes : 0), 0)
  const atRisk = counted.sizes.reduce(
    (sum, { size, classes }) => sum + (denominator > size * numerator ? size * classes : 0),
    0,
  )
  const { after } = claimed.risk
  return {
    'subjects.rows': claimed.rows === counted.records,
    'subjects.levels': QUASI_IDENTIFIERS.every(column =>
      areOnLevel(column, words[column], claimed.levels[column] ?? -1),
    ),
    'subjects.classes': claimed.classes === counted.classes,
    'subjects.class_sizes':
      claimed.class_sizes.every(({ from, to, classes }) => from >= k && classes === within(from, to)) &&
      claimed.class_sizes.reduce((sum, { classes }) => sum + classes, 0) === counted.classes,
    'subjects.risk':
      claimed.risk.threshold === `${numerator}/${denominator}` &&
      after.highest === `1/${counted.smallest}` &&
      after.average === `${counted.classes}/${counted.records}` &&
      after.records_at_risk === atRisk &&
      after.k === k,
  }
}

function ofEvents(
  { types, support }: NonNullable<Evidence['events']>,
  { eventTypes, eventSupport }: Recounted,
  { k }: TrialPolicy,
): Record<string, boolean> {
  const claimed = (p: number) => support.find(of => of.p === p)?.fewest ?? null
  return {
    'events.types': types.told === eventTypes.told,
    'events.support':
      claimed(1) === eventSupport[0] &&
      claimed(2) === eventSupport[1] &&
      support.every(({ p, method, fewest }) => (fewest === null || fewest >= k) && (p > 2 || method === 'all')),
  }
}
