/** The gate on a written trial package: re-reads and recounts everything, shares nothing with what wrote it, and fails closed. */
import { join } from 'node:path'
import type { DuckdbConnection } from '../../../../storage/duckdb.ts'
import { EVENTS_FILE, READINGS_FILE } from '../../trial/input.ts'
import { PRODUCT_TABLES, type TrialTable } from '../../trial/layout.ts'
import type { TrialPolicy } from '../../trial/policy.ts'
import { checkAggregates } from './aggregates.ts'
import { checkCells } from './cells.ts'
import { checkCommonHours } from './common-hours.ts'
import { checkComposition } from './composition.ts'
import { checkEvents, checkPower, loadHappened } from './events.ts'
import { checkEvidence } from './evidence.ts'
import type { TrialFinding } from './finding.ts'
import { checkLabel } from './label.ts'
import { checkManifest, csvOf, listPackage, parquetOf, type TrialProduct } from './package-files.ts'
import { recount, writtenIn } from './recounted.ts'
import { scanPackage } from './scan.ts'
import { checkSecrets } from './secrets.ts'
import { checkMembers, checkSeries, readPrivate, recountSeries } from './series.ts'
import { checkAncestors, checkClasses, checkSensitive, checkWho } from './subjects.ts'
import { checkParquet, loadCsv } from './tables.ts'
import { loadPeople, readTruth, type Truth } from './truth.ts'
import { checkUtility, keptBins } from './utility.ts'

export interface TrialGateOptions {
  connection: DuckdbConnection
  /** The written package, unzipped and unsigned. */
  packageFolder: string
  /** Holds the input of the build, and what the writer says is behind the series. */
  jobFolder: string
  /** Before its destruction. */
  releaseKey: Uint8Array
  policy: TrialPolicy
}

/** @returns everything found wrong; the package may be released only if there is nothing */
export async function runTrialGate(options: TrialGateOptions): Promise<TrialFinding[]> {
  const findings: TrialFinding[] = []
  /** A check that cannot be made is a finding. @returns false when it could not be made */
  const attempt: Attempt = async (what, check) => {
    try {
      findings.push(...(await check()))
      return true
    } catch {
      findings.push({ check: 'unreadable', where: what })
      return false
    }
  }
  await attempt('package', async () => {
    await checkAll(options, attempt)
    return []
  })
  return findings
}
type Attempt = (
  what: string,
  check: () => Promise<readonly TrialFinding[]> | readonly TrialFinding[],
) => Promise<boolean>

async function checkAll(options: TrialGateOptions, attempt: Attempt): Promise<void> {
  const { connection, packageFolder, jobFolder, releaseKey, policy } = options
  const truth = await readTruth(jobFolder, releaseKey)
  const { paths, product, findings } = await listPackage(packageFolder)
  await attempt('files', () => findings)
  await attempt('manifest', () => checkManifest(packageFolder, paths))
  await attempt('label', () => checkLabel(truth, product, policy))
  await attempt('texts', () => scanPackage(connection, packageFolder, jobFolder, paths, truth))
  await attempt('secrets', () => checkSecrets(packageFolder, paths, releaseKey))
  if (!product) return

  await loadPeople(connection, truth)
  await loadHappened(connection, join(jobFolder, EVENTS_FILE), truth)
  const tables: readonly TrialTable[] = PRODUCT_TABLES[product]
  let whole = true
  for (const table of tables) {
    const loaded = await attempt(csvOf(table), () => loadCsv(connection, packageFolder, table))
    whole = loaded && whole
    await attempt(csvOf(table), () => checkCells(connection, truth.input, table, product))
    await attempt(parquetOf(table), () => checkParquet(connection, packageFolder, table))
  }
  if (!whole) return
  await checkTables(options, attempt, truth, product)
}

/** The checks that read the loaded tables, each for itself. */
async function checkTables(
  { connection, packageFolder, jobFolder, policy }: TrialGateOptions,
  attempt: Attempt,
  truth: Truth,
  product: TrialProduct,
): Promise<void> {
  const individual = product !== 'P0'
  if (individual) {
    await attempt('subjects', () => checkWho(connection, truth, policy))
    await attempt('ancestors', () => checkAncestors(connection, truth))
    await attempt('outcomes', () => checkSensitive(connection))
    await attempt('events', () => checkEvents(connection))
  }
  if (product === 'P1') {
    await attempt('classes', () => checkClasses(connection, policy))
    await attempt('event power', () => checkPower(connection, policy))
  }
  const facts = await readPrivate(jobFolder)
  const written = await writtenIn(connection, packageFolder, truth, product, facts)
  if (product === 'P1') await attempt('groups', () => checkMembers(facts, written.people, policy))
  await recountSeries(connection, join(jobFolder, READINGS_FILE), facts, truth, product)
  if (individual) await attempt('series', () => checkSeries(connection, product, policy))
  if (product === 'P1') await attempt('common hours', () => checkCommonHours(connection, truth.input, policy))
  if (product !== 'P2') await attempt('aggregates', () => checkAggregates(connection, truth, product, policy))
  await attempt('composition', () => checkComposition(truth.input.earlier, written, truth.input.trial, policy.k))
  const recounted = await recount(connection, truth, product)
  await attempt('evidence', () => checkEvidence(packageFolder, jobFolder, truth, policy, recounted))
  if (product === 'P1')
    await attempt('utility', async () =>
      checkUtility(
        {
          subjects: { told: recounted.subjects?.records ?? 0, possible: truth.subjects.length },
          seriesBins: await keptBins(connection),
          eventTypes: recounted.eventTypes,
        },
        policy,
      ),
    )
}
