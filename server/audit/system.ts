/** The platform itself as an actor of the audit trail, by the part that acts. */
import type { AuditContext } from '../../core/audit/trail.ts'

export const systemContext = (part: string): AuditContext => ({
  actor: { kind: 'system', id: part, role: null },
  address: null,
  purpose: 'technical',
  correlation: null,
})
