/** Takes charge of an outside broker's accounts where it lets us: Mosquitto with its dynamic-security plugin. */
import { AppError } from '../../core/errors.ts'
import { errorFields, type Log } from '../log.ts'
import type { Bus } from '../mqtt.ts'
import { createDynamicSecurity, type DynamicSecurity } from './dynamic-security.ts'
import { createDynsecRequests } from './dynsec-requests.ts'

export interface BrokerAccounts {
  /** null: this broker's accounts are kept by hand. */
  security: DynamicSecurity | null
  stop(): void
}

/** Asks the broker once; one without the plugin does not answer, one whose plugin does not know our account refuses. */
export async function takeCharge(bus: Bus, facilities: readonly string[], log: Log): Promise<BrokerAccounts> {
  let stop = (): void => undefined
  try {
    const requests = await createDynsecRequests({ bus })
    stop = requests.stop
    const security = createDynamicSecurity({ request: requests.request })
    await security.ensureDefaults(facilities)
    return { security, stop }
  } catch (error) {
    if (!(error instanceof AppError) || !bus.connected()) throw error
    stop()
    log.warn(
      errorFields(error),
      "the broker's accounts are not managed from here (no dynamic security, or no right to it): give each enrolled device its account there by hand",
    )
    return { security: null, stop: () => undefined }
  }
}
