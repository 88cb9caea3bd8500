/** Takes charge of an outside broker's accounts where it lets us: Mosquitto with its dynamic-security plugin. */
import { AppError } from '../../core/errors.ts'
import type { Registry } from '../../core/registry.ts'
import { errorFields, type Log } from '../log.ts'
import type { Bus } from '../mqtt.ts'
import { createForeignAccounts, createMosquittoAccounts, type DeviceAccounts } from './device-accounts.ts'
import { createDynamicSecurity } from './dynamic-security.ts'
import { createDynsecRequests } from './dynsec-requests.ts'

export interface BrokerAccounts {
  devices: DeviceAccounts
  /** Prepares the broker for a new facility. */
  ensureFacility(facility: string): Promise<void>
  stop(): Promise<void>
}

export const unmanaged = (devices: DeviceAccounts): BrokerAccounts => ({
  devices,
  ensureFacility: async () => undefined,
  stop: devices.stop,
})

export interface TakeChargeDeps {
  bus: Bus
  registry: Registry
  clock: () => number
  log: Log
}

/**
 * Asks the broker once; one without the plugin does not answer, one whose plugin does not know our account refuses. When it returns
 * the broker's accounts are those of the registry, and they are compared again whenever the broker was away.
 */
export async function takeCharge({ bus, registry, clock, log }: TakeChargeDeps): Promise<BrokerAccounts> {
  let stop = (): void => undefined
  try {
    const requests = await createDynsecRequests({ bus })
    stop = requests.stop
    const security = createDynamicSecurity({ request: requests.request })
    const devices = createMosquittoAccounts({ security, registry, clock, log })
    const stopRequests = stop
    stop = () => {
      stopRequests()
      void devices.stop()
    }
    await devices.reconcile()
    bus.onReconnect(() => void devices.reconcile().catch(() => undefined))
    return {
      devices,
      ensureFacility: security.ensureFacility,
      async stop() {
        await devices.stop()
        stopRequests()
      },
    }
  } catch (error) {
    if (!(error instanceof AppError) || !bus.connected()) throw error
    stop()
    log.warn(
      errorFields(error),
      "the broker's accounts are not managed from here (no dynamic security, or no right to it): give each enrolled device its account there by hand",
    )
    return unmanaged(createForeignAccounts())
  }
}
