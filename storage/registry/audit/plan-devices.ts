/** What the repositories of credentials, hubs and swaps leave in the audit trail; never a password or its hash. */
import type { SwapRecord } from '../../../core/swaps.ts'
import { type AuditPlan, deviceSubject, time } from './plan-step.ts'

const swapDraft = (action: string, { id, facility, gone, come, room, atMs }: SwapRecord) => ({
  action: `swap.${action}`,
  subject: deviceSubject(facility, come),
  facility,
  old: { device: gone },
  new: { swap: id, device: come, room, at: time(atMs) },
})

export const credentialsPlan: Pick<AuditPlan, 'credentials' | 'hubs' | 'swaps'> = {
  credentials: {
    issue: {
      tell: ({ args: [facility, device], result: { username } }) => ({
        action: 'credential.issue',
        subject: deviceSubject(facility, device),
        facility,
        new: { username },
      }),
    },
    withdraw: {
      tell: ({ args: [username] }) => ({
        action: 'credential.withdraw',
        subject: { kind: 'credential', id: username },
      }),
    },
    end: {
      tell: ({ args: [username, endsMs], result }) =>
        result
          ? {
              action: 'credential.end',
              subject: { kind: 'credential', id: username },
              // The client id, `{facility}.{device}`, begins the name.
              facility: username.split('.')[0] ?? null,
              new: { ends: time(endsMs) },
            }
          : null,
    },
    list: 'read',
    valid: 'read',
    endedWithin: 'read',
    authenticate: 'read',
  },
  hubs: {
    of: 'read',
    set: {
      before: async ({ hubs }, facility, hub) => {
        const all: ReadonlyMap<string, readonly string[]> = await hubs.of(facility)
        return all.get(hub) ?? []
      },
      tell: ({ args: [facility, hub, devices], before }) => ({
        action: 'hub.set',
        subject: deviceSubject(facility, hub),
        facility,
        old: { devices: [...before] },
        new: { devices: [...devices] },
      }),
    },
  },
  swaps: {
    swap: { tell: ({ result }) => swapDraft('do', result) },
    get: 'read',
    undo: { tell: ({ result }) => swapDraft('undo', result) },
  },
}
