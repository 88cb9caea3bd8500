/** What a broker is told of devices' credentials: the embedded one closes connections, Mosquitto keeps accounts that are held equal to the registry. */
import type { CredentialRecord } from '../../core/credentials.ts'
import type { Registry } from '../../core/registry.ts'
import { errorFields, type Log } from '../log.ts'
import type { DeviceAccount, DynamicSecurity } from './dynamic-security.ts'

/** How a broker has a credential; `absent`: it has lost it, and only a new credential helps. `unknown`: it is not managed from here. */
export type BrokerSight = 'present' | 'absent' | 'unknown'

/** Each method returns when the broker has done it; throws AppErrors `broker_unavailable` (retryable), `broker_refused`. */
export interface DeviceAccounts {
  issue(account: DeviceAccount & { password: string }): Promise<void>
  /** No connection of this credential lives and, once the registry says that it has ended, none can begin. */
  end(credential: { clientId: string; username: string }): Promise<void>
  /** A hub has another list. */
  change(account: DeviceAccount): Promise<void>
  sight(username: string): BrokerSight
  /** Compares everything with the registry: now, and again each second until it succeeds. */
  reconcile(): Promise<void>
  stop(): Promise<void>
}

/** The embedded broker asks the registry at each sign-in; all it must be told is whose connection to close. */
export const createEmbeddedAccounts = (disconnect: (clientId: string, username?: string) => void): DeviceAccounts => ({
  issue: async () => undefined,
  end: async ({ clientId, username }) => disconnect(clientId, username),
  change: async ({ clientId, username }) => disconnect(clientId, username),
  sight: () => 'present',
  reconcile: async () => undefined,
  stop: async () => undefined,
})

/** A broker whose accounts are kept by hand. */
export const createForeignAccounts = (): DeviceAccounts => ({
  ...createEmbeddedAccounts(() => undefined),
  sight: () => 'unknown',
})

export interface MosquittoAccountsDeps {
  security: DynamicSecurity
  registry: Registry
  clock: () => number
  log: Pick<Log, 'warn' | 'info'>
  retryMs?: number
}

export function createMosquittoAccounts(deps: MosquittoAccountsDeps): DeviceAccounts {
  const { security, registry, clock, log, retryMs = 1_000 } = deps
  const absent = new Set<string>()
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  /** One after the other, so that no comparison sees half of an enrolment. */
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work)
    last = turn.catch(() => undefined)
    return turn
  }

  const compare = async (): Promise<void> => {
    await security.ensureDefaults((await registry.facilities.list()).map(({ id }) => id))
    // The broker is read first: what another server enrols meanwhile is in the registry before it is in the broker.
    const present = await security.present()
    const wanted = await wantedAccounts(registry, clock())
    const missing = await security.reconcile(present, wanted)
    const grown = missing.filter(username => !absent.has(username)).length
    absent.clear()
    for (const username of missing) absent.add(username)
    if (grown > 0)
      log.warn(
        { credentials: missing.length },
        'the broker has lost credentials of devices: give these devices new ones',
      )
  }

  const reconcile = async (): Promise<void> => {
    clearTimeout(timer)
    try {
      await inTurn(compare)
    } catch (error) {
      if (!stopped) timer = setTimeout(() => void reconcile().catch(() => undefined), retryMs)
      log.warn(errorFields(error), "the broker's accounts could not be compared with the registry, trying again")
      throw error
    }
  }

  return {
    issue: account =>
      inTurn(async () => {
        await security.enrol(account)
        absent.delete(account.username)
      }),
    end: credential => inTurn(() => security.revoke(credential)),
    change: account =>
      inTurn(async () => {
        if (!(await security.change(account))) absent.add(account.username)
      }),
    sight: username => (absent.has(username) ? 'absent' : 'present'),
    reconcile,
    async stop() {
      stopped = true
      clearTimeout(timer)
      await last
    },
  }
}

async function wantedAccounts(registry: Registry, nowMs: number): Promise<DeviceAccount[]> {
  const valid = await registry.credentials.valid(nowMs)
  const hubs = new Map<string, ReadonlyMap<string, string[]>>()
  for (const facility of new Set(valid.map(credential => credential.facility)))
    hubs.set(facility, await registry.hubs.of(facility))
  return valid.map(credential => accountOf(credential, hubs.get(credential.facility)?.get(credential.device) ?? []))
}

export const accountOf = (credential: CredentialRecord, speaksFor: readonly string[]): DeviceAccount => {
  const { facility, device, clientId, username } = credential
  return { facility, device, clientId, username, speaksFor }
}
