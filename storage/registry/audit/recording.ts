/** Wraps the registry so that every write leaves its entry in the audit trail, in the write's own transaction. */
import type { AuditDraft, AuditTrail } from '../../../core/audit/trail.ts'
import type { Ambient } from '../ambient.ts'
import type { RegistrySchema } from '../schema.ts'
import { auditPlan } from './plan.ts'
import type { Repositories } from './plan-step.ts'

type Method = (...args: unknown[]) => Promise<unknown>
type Repository = Record<string, Method>
interface Written {
  before?: (registry: Repositories, ...args: unknown[]) => Promise<unknown>
  tell: (told: { args: unknown[]; result: unknown; before: unknown }) => AuditDraft | readonly AuditDraft[] | null
}

export function recording(
  repositories: Repositories,
  trail: Pick<AuditTrail, 'record'>,
  ambient: Pick<Ambient<RegistrySchema>, 'transaction'>,
): Repositories {
  const recorded = (method: Method, { before, tell }: Written): Method => {
    return (...args) =>
      ambient.transaction(async () => {
        const was = await before?.(repositories, ...args)
        const result = await method(...args)
        const told = tell({ args, result, before: was })
        if (told) await trail.record([told].flat())
        return result
      })
  }
  const plan = auditPlan as unknown as Record<string, Record<string, string | Written>>
  const wrapped = Object.entries(repositories as unknown as Record<string, Repository>).map(([name, repository]) => {
    const methods = Object.entries(repository).map(([key, method]) => {
      const step = plan[name]?.[key]
      // The compiler has asked for every step of the plan; what it cannot see is refused rather than left unrecorded.
      if (step === undefined) throw new Error(`the audit plan does not know ${name}.${key}`)
      return [key, typeof step === 'string' ? method : recorded(method, step)]
    })
    return [name, Object.fromEntries(methods)]
  })
  return Object.fromEntries(wrapped) as Repositories
}
