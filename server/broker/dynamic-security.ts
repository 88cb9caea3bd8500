/** Gives Mosquitto the contract's rights through its dynamic-security plugin: an account for each device, a role for each gateway. */
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { DynsecAnswer, DynsecCommand, DynsecRequest } from './dynsec-requests.ts'
import { type AccessRule, type BrokerRole, DEFAULT_ACCESS, deviceRole, gatewayRole } from './rights.ts'

/** A device's sign-in with its clear password, known only at the moment of enrolment. */
export interface ClearCredential {
  facility: string
  device: string
  clientId: string
  username: string
  password: string
}

/** All of it may be repeated. Throws AppErrors `broker_unavailable` (retryable: no answer) and `broker_refused`. */
export interface DynamicSecurity {
  /** At start: what no role allows is denied, and each facility has its gateway's role (`gateway-{facility}`). */
  ensureDefaults(facilities: readonly string[]): Promise<void>
  /** For a facility that is new. */
  ensureFacility(facility: string): Promise<void>
  /** When it returns the device can sign in with this credential and no earlier one, and has its own topics only. */
  enrol(credential: ClearCredential): Promise<void>
  /** When it returns the device's connection is closed and its credential is gone. */
  revoke(device: Pick<ClearCredential, 'facility' | 'device' | 'username'>): Promise<void>
}

const accessSchema = z.object({ acls: z.array(z.object({ acltype: z.string(), allow: z.boolean() })) })
const roleSchema = z.object({
  role: z.object({ acls: z.array(z.object({ acltype: z.string(), topic: z.string(), allow: z.boolean() })) }),
})

export function createDynamicSecurity({ request }: { request: DynsecRequest }): DynamicSecurity {
  const ensureDefaultAccess = async (): Promise<void> => {
    const wanted = Object.entries(DEFAULT_ACCESS).map(([acltype, allow]) => ({ acltype, allow }))
    const present = accessSchema.parse((await demand(request, { command: 'getDefaultACLAccess' })).data).acls
    const same = wanted.every(({ acltype, allow }) => present.some(p => p.acltype === acltype && p.allow === allow))
    if (!same) await demand(request, { command: 'setDefaultACLAccess', acls: wanted })
  }

  /** Leaves a role alone that is right already: a changed one closes its users' connections. */
  const ensureRole = async (role: BrokerRole): Promise<void> => {
    const [present] = await request([{ command: 'getRole', rolename: role.rolename }])
    if (present?.error !== undefined) {
      const [created] = await request([{ command: 'createRole', ...role }])
      if (created && created.error === undefined) return
    } else if (sameRules(roleSchema.parse(present?.data).role.acls, role.acls)) return
    await demand(request, { command: 'modifyRole', ...role })
  }

  return {
    async ensureDefaults(facilities) {
      await ensureDefaultAccess()
      for (const facility of facilities) await ensureRole(gatewayRole(facility))
    },
    ensureFacility: facility => ensureRole(gatewayRole(facility)),

    async enrol({ facility, device, clientId, username, password }) {
      const role = deviceRole(facility, device)
      const account = { username, clientid: clientId, password, roles: [{ rolename: role.rolename }] }
      const created = await request([
        { command: 'createRole', ...role },
        { command: 'createClient', ...account },
      ])
      if (created.every(answer => answer.error === undefined)) return
      // One of the two was there already, from an enrolment that was interrupted.
      await demand(request, { command: 'modifyRole', ...role }, { command: 'modifyClient', ...account })
    },

    async revoke({ facility, device, username }) {
      const answers = await request([
        { command: 'deleteClient', username },
        { command: 'deleteRole', rolename: deviceRole(facility, device).rolename },
      ])
      refuseFirst(answers.filter(({ error }) => !error?.endsWith('not found')))
    },
  }
}

/** Commands that must succeed; gives the first one's answer. */
async function demand(request: DynsecRequest, ...commands: DynsecCommand[]): Promise<DynsecAnswer> {
  const answers = await request(commands)
  refuseFirst(answers)
  const [first] = answers
  if (!first) throw new AppError('broker_refused', `the broker left ${commands[0]?.command} without an answer`)
  return first
}

function refuseFirst(answers: readonly DynsecAnswer[]): void {
  const failed = answers.find(({ error }) => error !== undefined)
  if (failed) throw new AppError('broker_refused', `the broker refused ${failed.command}: ${failed.error}`)
}

function sameRules(
  present: readonly { acltype: string; topic: string; allow: boolean }[],
  wanted: readonly AccessRule[],
) {
  const lines = (rules: typeof present) =>
    rules
      .map(({ acltype, topic, allow }) => `${acltype} ${topic} ${allow}`)
      .toSorted()
      .join('\n')
  return lines(present) === lines(wanted)
}
