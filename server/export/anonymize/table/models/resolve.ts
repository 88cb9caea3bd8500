/** From the policy's models to what the search asks of each class: columns by number, values by number, thresholds ready. */
import { AppError } from '../../../../../core/errors.ts'
import { type Attribute, codedHierarchy } from '../coding.ts'
import type { SensitiveModel, TablePolicy, TCloseness } from '../policy.ts'
import type { ClassCheck, Distribution } from './class-check.ts'
import { distinctDiversity, entropyDiversity, recursiveDiversity } from './l-diversity.ts'
import { alphaBound, betaLikeness, deltaDisclosure } from './ratio-models.ts'
import { equalCloseness, hierarchicalCloseness, orderedCloseness } from './t-closeness.ts'

/** Plain data: it goes to the worker thread. */
export interface NumberedModel {
  /** Index in the policy's sensitive columns. */
  column: number
  model: SensitiveModel
  /** Ordered closeness: value → place. */
  rank?: { places: number; of: number[] }
  /** Hierarchical closeness: value → leaf. */
  tree?: { hierarchy: Attribute; leafOf: number[] }
}

export interface NumberedModels {
  /** Fewest records a class can have under any of the models: a bound that holds however classes are joined. */
  minSize: number
  /** True when classes that satisfy the models still do when they are joined; then without suppression more general is never worse. */
  joinable: boolean
  models: NumberedModel[]
}

/**
 * @param values sensitive column → its values in order of code
 * @throws AppError `policy_invalid`
 */
export function numberedModels(policy: TablePolicy, values: readonly (readonly string[])[]): NumberedModels {
  const models = policy.models.flatMap((model): NumberedModel[] => {
    if (model.model === 'k_anonymity') return []
    const columns = model.column === undefined ? policy.sensitive : [model.column]
    if (columns.length === 0) throw invalid(`${model.model} needs a sensitive column`)
    return columns.map(name => {
      const column = policy.sensitive.indexOf(name)
      if (column < 0) throw invalid(`${model.model} names the column ${name}, which is not among the sensitive ones`)
      const numbered = { column, model }
      return model.model === 't_closeness' ? { ...numbered, ...placed(model, name, values[column]!) } : numbered
    })
  })
  // δ asks only of values that are there: a value that is rare in one class and absent in the other is rarer still in both together.
  const joinable = policy.models.every(({ model }) => model !== 'delta_disclosure')
  return { minSize: Math.max(1, ...policy.models.map(minSizeOf)), joinable, models }
}

const invalid = (message: string) => new AppError('policy_invalid', message)

function minSizeOf(model: TablePolicy['models'][number]): number {
  if (model.model === 'k_anonymity' || model.model === 'alpha_k') return model.k
  return model.model === 'l_diversity' ? Math.ceil(model.l) : 1
}

function placed(model: TCloseness, name: string, values: readonly string[]): Pick<NumberedModel, 'rank' | 'tree'> {
  if (model.variant === 'ordered') {
    const order = model.order ?? values
    const places = new Map(order.map((value, place) => [value, place]))
    if (places.size < order.length) throw invalid(`The order of ${name} names a value twice`)
    return { rank: { places: order.length, of: values.map(value => found(places, value, `the order of ${name}`)) } }
  }
  if (model.variant === 'hierarchical') {
    const hierarchy = codedHierarchy(model.hierarchy)
    if (hierarchy.widths.at(-1)!.length !== 1) throw invalid(`Hierarchy ${model.hierarchy.name} must end in one value`)
    const leaves = new Map(model.hierarchy.values.map((line, leaf) => [line[0]!, leaf]))
    return {
      tree: { hierarchy, leafOf: values.map(value => found(leaves, value, `hierarchy ${model.hierarchy.name}`)) },
    }
  }
  return {}
}

function found(places: ReadonlyMap<string, number>, value: string, where: string): number {
  const place = places.get(value)
  if (place === undefined) throw invalid(`The value ${JSON.stringify(value)} is not in ${where}`)
  return place
}

export function classCheckOf({ model, rank, tree }: NumberedModel, whole: Distribution): ClassCheck {
  switch (model.model) {
    case 'l_diversity':
      if (model.variant === 'recursive') return recursiveDiversity(model.l, model.c)
      return model.variant === 'distinct' ? distinctDiversity(model.l) : entropyDiversity(model.l)
    case 't_closeness':
      if (rank) return orderedCloseness(model.t, whole, rank.of, rank.places)
      return tree ? hierarchicalCloseness(model.t, whole, tree.leafOf, tree.hierarchy) : equalCloseness(model.t, whole)
    case 'beta_likeness':
      return betaLikeness(model.beta, model.variant, whole)
    case 'alpha_k':
      return alphaBound(model.alpha)
    case 'delta_disclosure':
      return deltaDisclosure(model.delta, whole)
  }
}
