/** What was done and under which rules, for a reviewer's program: policy, counts of cells, versions, inputs, approvals. */
import { formatInZone } from '../../../core/time.ts'
import type { P0Tables } from '../anonymize/p0.ts'
import type { ExportInput } from '../input.ts'
import type { P0Policy } from '../policy.ts'

/**
 * Holds no number of readings or residents over more than one cell: a total less the published cells would tell what
 * the suppressed ones hold. Persons appear by role only.
 */
export function evidenceOf(
  input: ExportInput,
  product: string,
  tables: P0Tables,
  policy: P0Policy,
  inputHashes: Record<string, string>,
  keyId: string,
) {
  const counted = tables.metrics.filter(metric => metric.use === 'mean')
  return {
    format: 1,
    product,
    product_by: 'computed by the engine from the finished tables',
    release: input.release,
    request: input.request,
    recipient: input.maker,
    demonstration: input.demonstration ?? false,
    created: formatInZone(input.snapshot_ms, input.zone),
    period: { from: input.scope.from, to: input.scope.to, zone: input.zone },
    device_types: [...input.scope.device_types].sort(),
    consent_purpose: 'device_evaluation',
    policy: {
      cell: 'metric, hour of day',
      min_residents_per_cell: policy.minResidents,
      max_share_of_one_resident: `${policy.maxShare.numerator}/${policy.maxShare.denominator}`,
      values_summed_with_decimals: policy.sumDecimals,
      rounding: 'half away from zero',
    },
    cells: { published: tables.published.length, suppressed: tables.suppressed.length },
    metrics: {
      counted: counted.map(({ metric, decimals }) => ({ metric, mean_decimals: decimals })),
      left_out: tables.metrics.filter(metric => metric.use === 'left_out').map(({ metric }) => metric),
    },
    software: { name: 'mimamori', version: input.code_version },
    registry_version: input.registry_version,
    inputs: inputHashes,
    approvals: input.approvals.map(({ role, at_ms }) => ({ role, at: formatInZone(at_ms, input.zone) })),
    signing_key: keyId,
  }
}

/** What the files are in law, as far as a program can tell; modest on purpose. */
export function legalStatusOf(product: string, demonstration: boolean) {
  return {
    product,
    content: 'aggregate statistics',
    individual_level_data: false,
    pseudonyms: false,
    origin: demonstration
      ? 'demonstration: simulated devices or a replayed recording, not the use of devices in a facility'
      : 'everyday use of devices in a care facility, with the consent of the residents',
    clinical_trial_data: false,
    reviewed_by_an_authority: false,
    permitted_use: 'evaluation of the device types named in evidence.json by the recipient',
    not_permitted: ['trying to recognise a person or a facility', 'passing on as clinical-trial data'],
    note: 'A technical statement by the program that built the package. It is no legal opinion and no approval; whoever uses the data checks the law that applies to that use.',
  }
}
