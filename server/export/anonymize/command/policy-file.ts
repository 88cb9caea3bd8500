/** Reads a policy file and the hierarchies that it names. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { AppError } from '../../../../core/errors.ts'
import { fractionOf } from '../table/exact.ts'
import type { Hierarchy } from '../table/hierarchy.ts'
import { checkPolicy, type Model, type TablePolicy } from '../table/policy.ts'
import { csvRecords } from './csv.ts'
import { firstProblem, policyFileSchema } from './policy-schema.ts'

export interface ReadPolicy {
  policy: TablePolicy
  /** Of the data; hierarchies have semicolons. */
  delimiter: string
  sha256: string
  /** Hierarchy file as the policy names it → sha256. */
  hierarchies: Record<string, string>
}

/** @throws AppError `policy_unreadable`, `policy_invalid`, `hierarchy_unreadable`, `hierarchy_invalid` */
export async function readPolicy(file: string): Promise<ReadPolicy> {
  const bytes = await readFile(file).catch(cause => {
    throw new AppError('policy_unreadable', `The policy ${file} cannot be read`, { cause })
  })
  const parsed = policyFileSchema.safeParse(jsonOf(bytes.toString('utf8')))
  if (!parsed.success) throw new AppError('policy_invalid', firstProblem(parsed.error))
  const { delimiter, quasi_identifiers, sensitive, models, suppression_limit, metric } = parsed.data
  const hierarchies: Record<string, string> = {}
  const read = async (named: string): Promise<Hierarchy> => {
    const hash = createHash('sha256')
    const values = await hierarchyRows(resolve(dirname(file), named), named, delimiter, hash)
    hierarchies[named] = hash.digest('hex')
    return { name: named, values }
  }
  const { numerator, denominator } = fractionOf(suppression_limit)
  const policy: TablePolicy = {
    quasiIdentifiers: await Promise.all(
      quasi_identifiers.map(async ({ hierarchy, ...rest }) => ({ ...rest, hierarchy: await read(hierarchy) })),
    ),
    sensitive,
    models: await Promise.all(
      models.map(async (model): Promise<Model> => {
        return 'hierarchy' in model ? { ...model, hierarchy: await read(model.hierarchy) } : model
      }),
    ),
    suppressionLimit: { numerator: Number(numerator), denominator: Number(denominator) },
    metric,
  }
  checkPolicy(policy)
  return { policy, delimiter, sha256: createHash('sha256').update(bytes).digest('hex'), hierarchies }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message.replaceAll(/\s+/g, ' ')}` : ''
    throw new AppError('policy_invalid', `The policy is not JSON${why}`, { cause })
  }
}

/** As ARX writes them: no header, semicolons, a line for each value. A file in which no line has one is read with the data's delimiter. */
async function hierarchyRows(
  file: string,
  named: string,
  delimiter: string,
  hash: { update(bytes: Uint8Array): unknown },
): Promise<string[][]> {
  const rowsBy = async (separator: string, fed?: typeof hash) => {
    const rows: string[][] = []
    for await (const records of csvRecords(file, separator, fed)) rows.push(...records.map(({ cells }) => cells))
    while (rows.at(-1)?.join('') === '') rows.pop()
    return rows
  }
  try {
    const rows = await rowsBy(';', hash)
    return delimiter !== ';' && rows.every(row => row.length === 1) ? await rowsBy(delimiter) : rows
  } catch (cause) {
    if (cause instanceof AppError) throw new AppError('hierarchy_invalid', `Hierarchy ${named}: ${cause.message}`)
    throw new AppError('hierarchy_unreadable', `The hierarchy ${named} cannot be read`, { cause })
  }
}
