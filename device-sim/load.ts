/** Raw load: devices that publish plausible messages at a set rate, each message on its own. */
import type { AppError } from '../core/errors.ts'
import type { DeviceProfile } from '../core/profile.ts'
import { profileById } from '../core/profiles/index.ts'
import type { Credential } from './credentials.ts'
import { type Device, startDevice } from './device.ts'
import { sumCounts } from './fleet.ts'
import { hash32 } from './random.ts'
import { typicalMetrics } from './simulators/by-profile.ts'

export interface LoadOptions {
  credentials: readonly Credential[]
  url: string
  protocol?: 4 | 5
  /** Messages per second over all devices. */
  rate: number
  seed: string
  boot: string
  onProblem?: (device: string, error: AppError) => void
}

const TICK_MS = 20
const METRICS_PER_MESSAGE = 5
/** Above this many unacknowledged messages a device waits instead of measuring: the rate is a wish, not a flood. */
const MAX_WAITING = 5_000

export function startLoad(options: LoadOptions) {
  const runs = options.credentials.map(credential => {
    const profile = profileById(credential.profile)
    const device = startDevice({
      facility: credential.facility,
      device: credential.device,
      url: options.url,
      clientId: credential.client_id,
      username: credential.username,
      password: credential.password,
      protocol: options.protocol,
      boot: options.boot,
      batchLimit: 1,
      window: 64,
      onProblem: error => options.onProblem?.(credential.device, error),
    })
    return { device, profile, names: namesOf(profile), key: hash32(`${options.seed}/${credential.device}`), n: 0 }
  })
  const startMs = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startMs) / 1000) * options.rate)
    for (; sent < due; sent++) {
      const run = runs[sent % runs.length]
      if (!run?.profile || run.device.waiting() > MAX_WAITING) continue
      run.device.send({ atMs: Date.now(), metrics: typicalMetrics(run.profile, run.names, run.key, run.n++) })
    }
  }, TICK_MS)
  const devices: Device[] = runs.map(({ device }) => device)
  return {
    counts: () => sumCounts(devices),
    pause: () => clearInterval(timer),
    stop: async (): Promise<void> => {
      clearInterval(timer)
      await Promise.all(devices.map(device => device.stop()))
    },
  }
}

/** Metrics that a device sends all the time come first. */
function namesOf(profile: DeviceProfile | undefined): string[] {
  const metrics = Object.entries(profile?.metrics ?? {})
  const steady = metrics.filter(([, metric]) => metric.sampling.how !== 'event')
  return [...steady, ...metrics.filter(([, metric]) => metric.sampling.how === 'event')]
    .slice(0, METRICS_PER_MESSAGE)
    .map(([name]) => name)
}
