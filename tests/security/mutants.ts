/** Sources with one guard removed: each guard of devices' rights by the text that makes it, and the attack that must then succeed. */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AttackKind } from './attacks.ts'
import { ROOT } from './world.ts'

/**
 * Two guards stand behind another and cannot be seen alone: the client id is looked at by the registry and by the embedded broker (removed
 * together here), and Mosquitto itself looks again at subscriptions that it kept [CVE-2021-34434], so that the denial to receive is asked for.
 */
export interface Guard {
  name: string
  /** File, what stands there, what stands there without the guard. */
  edits: readonly [file: string, guard: string, without: string][]
  caughtBy: AttackKind | 'revoke' | 'rotate' | 'hub' | 'race' | 'stale' | 'bent'
}

const BROKER = 'gateway/broker.ts'
const RIGHTS = 'gateway/device-rights.ts'
const CREDENTIALS = 'storage/registry/credentials.ts'
const ENROLMENT = 'server/broker/enrolment.ts'
const ROLES = 'server/broker/rights.ts'
const DYNSEC = 'server/broker/dynamic-security.ts'

const SAME_CLIENT_ID: Guard['edits'][number] = [
  CREDENTIALS,
  'if (clientId !== credential.clientId) return null',
  "if (clientId === 'nobody') return null",
]

export const EMBEDDED_GUARDS: readonly Guard[] = [
  {
    name: 'the password is compared',
    edits: [[CREDENTIALS, '!row || !matchesSecret', '!row']],
    caughtBy: 'credential',
  },
  {
    name: 'the end of a credential is looked at',
    edits: [[CREDENTIALS, 'endsMs !== null && endsMs <= nowMs', 'endsMs === -1']],
    caughtBy: 'revoke',
  },
  {
    // Kept twice, by the registry and by the broker.
    name: 'a credential is bound to its client id',
    edits: [
      SAME_CLIENT_ID,
      [
        BROKER,
        'if (client.id !== clientIdOf(identity.facility, identity.device))',
        "if (client.id === clientIdOf('nobody', 'nothing'))",
      ],
    ],
    caughtBy: 'client id',
  },
  {
    name: 'a client has a name',
    edits: [
      SAME_CLIENT_ID,
      [BROKER, 'client.id !== clientIdOf(identity.facility, identity.device)', "client.id.startsWith('gateway')"],
      [BROKER, 'nameless.has(client)', '!nameless'],
    ],
    caughtBy: 'client id',
  },
  {
    name: 'a will is on the own status only',
    edits: [[RIGHTS, 'mayHaveWillOn: topic => topic === status', 'mayHaveWillOn: topic => topic !== status || true']],
    caughtBy: 'will',
  },
  {
    name: 'what is taken directly is on own topics',
    edits: [[BROKER, 'return session.rights.mayPublish(topic) &&', 'return']],
    caughtBy: 'publish',
  },
  {
    name: 'what the library takes is on own topics',
    edits: [[BROKER, '!session.rights || session.rights.mayPublish(packet.topic)', "packet.topic !== ''"]],
    caughtBy: 'publish',
  },
  {
    name: 'rights to publish are exact',
    edits: [
      [RIGHTS, 'mayPublish: topic => publish.has(topic)', "mayPublish: topic => publish.has(topic) || topic !== ''"],
    ],
    caughtBy: 'publish',
  },
  {
    name: 'rights to hear are exact',
    edits: [
      [RIGHTS, 'mayReceive: topic => receive.has(topic)', "mayReceive: topic => receive.has(topic) || topic !== ''"],
    ],
    caughtBy: 'subscribe',
  },
  {
    name: 'a subscription is looked at',
    edits: [[BROKER, 'const allowed = mayReceive(client, subscription.topic)', 'const allowed = true']],
    caughtBy: 'subscribe',
  },
  {
    name: 'what is handed over is looked at',
    edits: [[BROKER, 'mayReceive(client, packet.topic) ? packet : null', 'packet']],
    caughtBy: 'hub',
  },
  {
    name: 'telemetry and events are not kept',
    edits: [[BROKER, "if (!packet.topic.endsWith('/status')) packet.retain = false", '']],
    caughtBy: 'retain',
  },
  {
    name: 'a connection is closed when its credential ends',
    edits: [[BROKER, 'session.ended = true', 'continue']],
    caughtBy: 'revoke',
  },
  {
    name: 'an ended session publishes no will',
    edits: [[BROKER, '!session || session.ended || packet.topic', '!session || packet.topic']],
    caughtBy: 'revoke',
  },
  {
    name: 'who signs in meanwhile is asked again',
    edits: [[BROKER, 'while (asked !== changes)', 'while (asked < 0)']],
    caughtBy: 'race',
  },
  {
    name: 'earlier credentials end by a new one',
    edits: [[ENROLMENT, 'for (const each of earlier) await credentials.end(each.username, now + overlapMs)', '']],
    caughtBy: 'rotate',
  },
]

export const MOSQUITTO_GUARDS: readonly Guard[] = [
  {
    name: 'nothing may be sent unless a role says so',
    edits: [[ROLES, 'publishClientSend: false', 'publishClientSend: true']],
    caughtBy: 'publish',
  },
  {
    name: 'nothing may be subscribed unless a role says so',
    edits: [[ROLES, 'subscribe: false', 'subscribe: true']],
    caughtBy: 'subscribe',
  },
  {
    name: 'nothing may be received unless a role says so',
    edits: [[ROLES, 'publishClientReceive: false', 'publishClientReceive: true']],
    caughtBy: 'receive',
  },
  {
    name: 'an account is bound to its client id',
    edits: [[DYNSEC, '  clientid: account.clientId,\n', '']],
    caughtBy: 'client id',
  },
  {
    name: "a role names its own device's topics to publish",
    edits: [
      [ROLES, 'mayPublish(deviceTopic(facility, device, channel))', 'mayPublish(deviceTopic(facility, ANY, channel))'],
    ],
    caughtBy: 'publish',
  },
  {
    name: "a role names its own device's topics to hear",
    edits: [
      [
        ROLES,
        'mayHear(deviceTopic(facility, device, reply))',
        "[...mayHear(deviceTopic(facility, device, reply)), ...mayHear('#')]",
      ],
    ],
    caughtBy: 'subscribe',
  },
  {
    name: 'an account goes when its credential is revoked',
    edits: [[DYNSEC, "await request([{ command: 'deleteClient', username }])", '(username ? [] : [])']],
    caughtBy: 'revoke',
  },
  {
    name: 'an account has another role when its hub has another list',
    edits: [
      [
        ENROLMENT,
        'for (const each of valid) await accounts.change(accountOf(each, devices))',
        'for (const each of valid) if (devices.length > 1) await accounts.change(accountOf(each, devices))',
      ],
    ],
    caughtBy: 'hub',
  },
  {
    name: 'earlier accounts go by a new credential',
    edits: [
      [ENROLMENT, 'for (const each of earlier) await credentials.end(each.username, now + overlapMs)', ''],
      [ENROLMENT, 'if (overlapMs === 0)', 'if (overlapMs < 0)'],
    ],
    caughtBy: 'rotate',
  },
  {
    name: 'an account that the registry does not know goes when they are compared',
    edits: [[DYNSEC, "await carryOut(strangers.map(({ username }) => ({ command: 'deleteClient', username })))", '']],
    caughtBy: 'stale',
  },
  {
    name: 'an account with more roles than its own is mended when they are compared',
    edits: [[DYNSEC, 'should && !isAsWanted(account, should)', 'should && !account']],
    caughtBy: 'bent',
  },
  {
    name: "a device's role with other rules is mended when they are compared",
    edits: [[DYNSEC, 'if (before && sameRules(before.acls, role.acls)) return []', 'if (before) return []']],
    caughtBy: 'bent',
  },
]

/** A copy of the sources without this guard. Throws when the guard no longer stands where it stood. */
export async function mutate({ edits }: Guard): Promise<{ root: string; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'mimamori-mutant-'))
  for (const folder of ['core', 'storage', 'gateway', 'server'])
    await cp(join(ROOT, folder), join(root, folder), { recursive: true })
  await mkdir(join(root, 'docs'))
  await cp(join(ROOT, 'package.json'), join(root, 'package.json'))
  await symlink(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  for (const [file, guard, without] of edits) {
    const source = await readFile(join(root, file), 'utf8')
    if (source.split(guard).length !== 2) throw new Error(`${file} does not hold this guard once: ${guard}`)
    await writeFile(join(root, file), source.replace(guard, without))
  }
  return { root, remove: () => rm(root, { recursive: true, force: true }) }
}
