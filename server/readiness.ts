/** Whether everything that a request may need answers now. */
import type { DeviceId, FacilityId } from '../core/ids.ts'
import type { TelemetrySource } from '../core/ports.ts'
import type { Registry } from '../core/registry.ts'
import type { Bus } from './mqtt.ts'

const ANSWER_MS = 3_000
/** Many may ask; the parts are asked at most so often. */
const FRESH_MS = 2_000

interface ReadinessDeps {
  registry: Pick<Registry, 'settings'>
  source: Pick<TelemetrySource, 'buckets'>
  bus: Pick<Bus, 'connected'>
  clock: () => number
}

/** @returns names of what does not answer: `registry`, `broker`, `store` */
export function createReadiness({ registry, source, bus, clock }: ReadinessDeps): () => Promise<string[]> {
  let last: { atMs: number; answer: Promise<string[]> } | null = null
  const look = async (): Promise<string[]> => {
    const toMs = clock()
    const nobody = { facility: 'readiness' as FacilityId, device: 'readiness' as DeviceId, metric: 'readiness' }
    const [registryOk, storeOk] = await Promise.all([
      answers(registry.settings.get('readiness')),
      answers(source.buckets({ ...nobody, fromMs: toMs - 1, toMs, buckets: 1 })),
    ])
    return [...(registryOk ? [] : ['registry']), ...(bus.connected() ? [] : ['broker']), ...(storeOk ? [] : ['store'])]
  }
  return () => {
    if (!last || clock() - last.atMs > FRESH_MS) last = { atMs: clock(), answer: look() }
    return last.answer
  }
}

async function answers(work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>(resolve => {
    timer = setTimeout(() => resolve(false), ANSWER_MS)
  })
  const done = work.then(
    () => true,
    () => false,
  )
  return Promise.race([done, late]).finally(() => clearTimeout(timer))
}
