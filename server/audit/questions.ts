/** Turns what an auditor asks into a filter of the audit trail. */
import type { AuditFilter } from '../../core/audit/trail.ts'
import type { AuditQuestion } from '../../core/rest/audit.ts'

const QUESTIONS: Record<AuditQuestion, AuditFilter> = {
  /** Which resident is said beside it. */
  resident: { actions: ['view.'] },
  views: { actions: ['view.'] },
  releases: {
    actions: [
      'release.',
      'request.approved',
      'request.reviewed',
      'request.ready',
      'request.rejected',
      'request.returned',
    ],
  },
  downloads: { actions: ['download.'] },
  sign_ins: { actions: ['session.'] },
  failed_sign_ins: { actions: ['session.open'], result: 'refused' },
  refusals: { result: 'refused' },
  permissions: { actions: ['user.', 'token.', 'setting.', 'role.'] },
  consents: { actions: ['consent.'] },
  devices: { actions: ['device.', 'placement.', 'credential.', 'hub.'] },
}

/** @param narrowed what was asked beside the question; holds together with it */
export function filterOf(question: AuditQuestion | undefined, narrowed: AuditFilter): AuditFilter {
  const asked = question === undefined ? {} : QUESTIONS[question]
  const filter = { ...asked, ...narrowed }
  if (!asked.actions || !narrowed.actions) return filter
  // Both name actions: those of one that the other allows.
  const both = narrowed.actions.flatMap(action =>
    asked.actions?.some(wide => covers(wide, action))
      ? [action]
      : (asked.actions?.filter(one => covers(action, one)) ?? []),
  )
  return { ...filter, actions: both }
}

const covers = (wide: string, action: string): boolean =>
  wide === action || (wide.endsWith('.') && action.startsWith(wide))
