/** What retention leaves in the audit trail: every change of a rule, and how much each run removed and why the rest stayed. */
import { type AuditPlan, time } from './plan-step.ts'

export const retentionPlan: Pick<AuditPlan, 'retention'> = {
  retention: {
    rule: 'read',
    rules: 'read',
    set: {
      before: ({ retention }, facility) => retention.rule(facility),
      tell: ({ args: [facility, days], before }) => ({
        action: 'retention.set',
        subject: { kind: 'facility', id: facility },
        facility,
        old: { days: before?.days ?? null },
        new: { days },
      }),
    },
    claim: 'bookkeeping',
    ended: {
      tell: ({ result: run }) => ({
        action: 'retention.run',
        subject: { kind: 'facility', id: run.facility },
        facility: run.facility,
        new: {
          run: run.id,
          days: run.days,
          before: time(run.beforeMs),
          outcome: run.outcome,
          failure: run.failure,
          messages: run.messages,
          started_by: run.startedBy,
          kept: run.kept.map(({ reason, id, devices, fromMs, toMs }) => ({
            reason,
            id,
            devices,
            from: time(fromMs),
            to: time(toMs),
          })),
        },
      }),
    },
    runs: 'read',
  },
}
