/** The audit trail's contract: every database passes these tests. */
import { afterEach, beforeEach, describe } from 'vitest'
import { auditBentContract } from './audit/bent.ts'
import { createCase } from './audit/case.ts'
import { auditRecordingContract } from './audit/recording.ts'
import type { AuditStore } from './audit/world.ts'

export function auditContract(name: string, makeStore: () => Promise<AuditStore>): void {
  describe(`audit trail: ${name}`, () => {
    const c = createCase(makeStore)
    beforeEach(() => c.setUp())
    afterEach(() => c.tearDown())
    auditRecordingContract(c)
    auditBentContract(c)
  })
}
