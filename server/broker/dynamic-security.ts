/** Gives Mosquitto the contract's rights through its dynamic-security plugin: an account for each credential, a role for each device and gateway. */
import { z } from 'zod'
import { AppError } from '../../core/errors.ts'
import type { DynsecAnswer, DynsecCommand, DynsecRequest } from './dynsec-requests.ts'
import {
  type AccessRule,
  type BrokerRole,
  DEFAULT_ACCESS,
  DEVICE_ROLE,
  deviceRole,
  deviceRoleName,
  gatewayRole,
} from './rights.ts'

/** A device's sign-in as the broker knows it. */
export interface DeviceAccount {
  facility: string
  device: string
  clientId: string
  username: string
  /** The further devices of a hub. */
  speaksFor?: readonly string[]
}

/** All of it may be repeated. Throws AppErrors `broker_unavailable` (retryable: no answer) and `broker_refused`. */
export interface DynamicSecurity {
  /** At start: what no role allows is denied, and each facility has its gateway's role (`gateway-{facility}`). */
  ensureDefaults(facilities: readonly string[]): Promise<void>
  /** For a facility that is new. */
  ensureFacility(facility: string): Promise<void>
  /** When it returns the device can sign in with this password (known only at this moment), and has its own topics only. */
  enrol(account: DeviceAccount & { password: string }): Promise<void>
  /** When it returns the account's connection is closed and it cannot sign in. */
  revoke(account: Pick<DeviceAccount, 'username'>): Promise<void>
  /** Gives an account the rights of exactly its devices, which closes its connection if they were others; false: there is no such account. */
  change(account: DeviceAccount): Promise<boolean>
  /** All accounts, and the roles of devices, as the broker has them. */
  present(): Promise<BrokerState>
  /** Removes and mends what is not as `wanted`; @returns names of accounts that the broker lacks and nobody can give back. */
  reconcile(present: BrokerState, wanted: readonly DeviceAccount[]): Promise<string[]>
}

export interface BrokerState {
  accounts: { username: string; clientid?: string | undefined; roles: string[] }[]
  roles: BrokerRole[]
}

const accessSchema = z.object({ acls: z.array(z.object({ acltype: z.string(), allow: z.boolean() })) })
const rulesSchema = z.array(z.object({ acltype: z.string(), topic: z.string(), allow: z.boolean() }))
const roleSchema = z.object({ role: z.object({ acls: rulesSchema }) })
const rolesSchema = z.object({ roles: z.array(z.object({ rolename: z.string(), acls: rulesSchema.default([]) })) })
const clientsSchema = z.object({
  clients: z.array(
    z.object({
      username: z.string(),
      clientid: z.string().optional(),
      roles: z.array(z.object({ rolename: z.string() })).default([]),
    }),
  ),
})
const clientSchema = z.object({ client: clientsSchema.shape.clients.element })

const PAGE = 200
const BATCH = 50

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

  const allPages = async <T>(command: string, read: (data: unknown) => T[]): Promise<T[]> => {
    const all: T[] = []
    for (;;) {
      const page = read((await demand(request, { command, verbose: true, count: PAGE, offset: all.length })).data)
      all.push(...page)
      if (page.length < PAGE) return all
    }
  }

  const carryOut = async (commands: readonly DynsecCommand[]): Promise<void> => {
    for (let at = 0; at < commands.length; at += BATCH)
      refuseFirst(withoutGone(await request(commands.slice(at, at + BATCH))))
  }

  return {
    async ensureDefaults(facilities) {
      await ensureDefaultAccess()
      for (const facility of facilities) await ensureRole(gatewayRole(facility))
    },
    ensureFacility: facility => ensureRole(gatewayRole(facility)),

    async enrol(wanted) {
      for (const role of rolesOf(wanted)) await ensureRole(role)
      const account = { ...accountOf(wanted), password: wanted.password }
      const [created] = await request([{ command: 'createClient', ...account }])
      if (created && created.error === undefined) return
      // It was there already, from an enrolment that was interrupted.
      await demand(request, { command: 'modifyClient', ...account })
    },

    async revoke({ username }) {
      refuseFirst(withoutGone(await request([{ command: 'deleteClient', username }])))
    },

    async change(wanted) {
      const [known] = await request([{ command: 'getClient', username: wanted.username }])
      if (known?.error !== undefined) return false
      const { client } = clientSchema.parse(known?.data)
      if (!isAsWanted({ ...client, roles: namesOf(client.roles) }, wanted)) {
        for (const role of rolesOf(wanted)) await ensureRole(role)
        await demand(request, { command: 'modifyClient', ...accountOf(wanted) })
      }
      return true
    },

    async present() {
      const clients = await allPages('listClients', data => clientsSchema.parse(data).clients)
      const roles = await allPages('listRoles', data => rolesSchema.parse(data).roles as BrokerRole[])
      return {
        accounts: clients.map(client => ({ ...client, roles: namesOf(client.roles) })),
        roles: roles.filter(({ rolename }) => isDeviceRole(rolename)),
      }
    },

    async reconcile(present, wanted) {
      const accounts = new Map(wanted.map(account => [account.username, account]))
      const roles = new Map(wanted.flatMap(rolesOf).map(role => [role.rolename, role]))
      const known = new Map(present.roles.map(role => [role.rolename, role]))
      // Whoever must go goes first. An account without a device's role is the platform's or an operator's own.
      const strangers = present.accounts.filter(
        ({ username, roles: held }) => !accounts.has(username) && held.some(isDeviceRole),
      )
      await carryOut(strangers.map(({ username }) => ({ command: 'deleteClient', username })))
      await carryOut(
        [...roles.values()].flatMap(role => {
          const before = known.get(role.rolename)
          if (before && sameRules(before.acls, role.acls)) return []
          return [{ command: before ? 'modifyRole' : 'createRole', ...role }]
        }),
      )
      await carryOut(
        present.accounts.flatMap(account => {
          const should = accounts.get(account.username)
          return should && !isAsWanted(account, should) ? [{ command: 'modifyClient', ...accountOf(should) }] : []
        }),
      )
      await carryOut(
        present.roles.flatMap(({ rolename }) => (roles.has(rolename) ? [] : [{ command: 'deleteRole', rolename }])),
      )
      const there = new Set(present.accounts.map(({ username }) => username))
      return wanted.flatMap(({ username }) => (there.has(username) ? [] : [username]))
    },
  }
}

const devicesOf = ({ device, speaksFor = [] }: DeviceAccount): string[] => [device, ...speaksFor]
const rolesOf = (account: DeviceAccount): BrokerRole[] =>
  devicesOf(account).map(device => deviceRole(account.facility, device))
const accountOf = (account: DeviceAccount) => ({
  username: account.username,
  clientid: account.clientId,
  roles: devicesOf(account).map(device => ({ rolename: deviceRoleName(account.facility, device) })),
  groups: [],
})
const namesOf = (roles: readonly { rolename: string }[]): string[] => roles.map(({ rolename }) => rolename)
const isDeviceRole = (rolename: string): boolean => rolename.startsWith(DEVICE_ROLE)

function isAsWanted(present: BrokerState['accounts'][number], wanted: DeviceAccount): boolean {
  const roles = namesOf(accountOf(wanted).roles)
  return present.clientid === wanted.clientId && present.roles.toSorted().join(' ') === roles.toSorted().join(' ')
}

/** Commands that must succeed; gives the first one's answer. */
async function demand(request: DynsecRequest, ...commands: DynsecCommand[]): Promise<DynsecAnswer> {
  const answers = await request(commands)
  refuseFirst(answers)
  const [first] = answers
  if (!first) throw new AppError('broker_refused', `the broker left ${commands[0]?.command} without an answer`)
  return first
}

/** What is not there any more need not be removed. */
const withoutGone = (answers: readonly DynsecAnswer[]): DynsecAnswer[] =>
  answers.filter(({ command, error }) => !(command.startsWith('delete') && error?.endsWith('not found')))

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
