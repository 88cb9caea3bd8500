/** The policy file's JSON, as the contract says; and what is wrong with one, in one line. */
import { z } from 'zod'
import { METRICS } from '../table/policy.ts'

const name = z.string().min(1)
/** Without one, a model holds for each sensitive column. */
const column = name.optional()
/** A class of one protects nobody. */
const k = z.int().min(2)
const l = z.int().min(1)
const t = z.number().min(0).max(1)
const beta = z.number().positive()
const oneOf = (what: string, ...options: string[]) => `${what} is none of ${options.join(', ')}`

const lDiversity = { model: z.literal('l_diversity'), column }
const tCloseness = { model: z.literal('t_closeness'), column, t }
const betaLikeness = { model: z.literal('beta_likeness'), column, beta }

const modelSchema = z.discriminatedUnion(
  'model',
  [
    z.strictObject({ model: z.literal('k_anonymity'), k }),
    z.discriminatedUnion(
      'variant',
      [
        z.strictObject({ ...lDiversity, variant: z.literal('distinct'), l }),
        z.strictObject({ ...lDiversity, variant: z.literal('entropy'), l: z.number().min(1) }),
        z.strictObject({ ...lDiversity, variant: z.literal('recursive'), l, c: z.number().positive() }),
      ],
      oneOf('the variant', 'distinct', 'entropy', 'recursive'),
    ),
    z.discriminatedUnion(
      'variant',
      [
        z.strictObject({ ...tCloseness, variant: z.literal('equal') }),
        z.strictObject({ ...tCloseness, variant: z.literal('hierarchical'), hierarchy: name }),
        z.strictObject({ ...tCloseness, variant: z.literal('ordered'), order: z.array(z.string()).min(1).optional() }),
      ],
      oneOf('the variant', 'equal', 'hierarchical', 'ordered'),
    ),
    z.discriminatedUnion(
      'variant',
      [
        z.strictObject({ ...betaLikeness, variant: z.literal('basic') }),
        z.strictObject({ ...betaLikeness, variant: z.literal('enhanced') }),
      ],
      oneOf('the variant', 'basic', 'enhanced'),
    ),
    z.strictObject({ model: z.literal('alpha_k'), column, alpha: z.number().positive().max(1), k }),
    z.strictObject({ model: z.literal('delta_disclosure'), column, delta: z.number().positive() }),
  ],
  oneOf('the model', 'k_anonymity', 'l_diversity', 't_closeness', 'beta_likeness', 'alpha_k', 'delta_disclosure'),
)

export const policyFileSchema = z.strictObject({
  delimiter: z
    .string()
    .regex(/^[^"\r\n]$/u, 'is not one character, or is a quote')
    .default(','),
  quasi_identifiers: z
    .array(z.strictObject({ column: name, hierarchy: name, weight: z.number().min(0).default(1) }))
    .min(1),
  sensitive: z.array(name).default([]),
  models: z.array(modelSchema).min(1),
  suppression_limit: z.number().min(0).max(1).default(0.05),
  metric: z.enum(METRICS).default('loss'),
})

/** For example `models[1].variant: the variant is none of basic, enhanced`. */
export function firstProblem({ issues }: z.ZodError): string {
  const [issue] = issues
  if (!issue) return 'unknown'
  const path = issue.path.map(key => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
  return path === '' ? issue.message : `${path.slice(path.startsWith('.') ? 1 : 0)}: ${issue.message}`
}
