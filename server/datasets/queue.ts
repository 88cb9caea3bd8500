/** Builds approved datasets one after the other; what a restart interrupted is begun again. */
import { AppError } from '../../core/errors.ts'
import type { DatasetRequestRecord, Registry } from '../../core/registry.ts'
import type { ReleaseRecord } from '../../core/registry-releases.ts'
import type { DatasetJob } from '../../core/rest/datasets.ts'
import { errorFields, type Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { BuildProgress } from './build.ts'

/** A build whose fault may pass (store away, process killed) is tried so often. */
const TRIES = 3
const RETRY_MS = 5_000
/** Progress is told at most so often, and whenever the step changes. */
const TELL_MS = 1_000

export interface BuildQueue {
  /** Adds a request that was just approved. */
  add(id: string): void
  /** Where a build stands; null: this process does not hold it. */
  jobOf(id: string): DatasetJob | null
  /** Takes up what was approved or interrupted. */
  start(): Promise<void>
  /** Ends a running build; it is begun again at the next start. */
  stop(): Promise<void>
}

export interface QueueOptions {
  registry: Pick<Registry, 'requests'>
  build: (
    request: DatasetRequestRecord,
    progress: (progress: BuildProgress) => void,
    signal: AbortSignal,
  ) => Promise<ReleaseRecord>
  tell: (maker: string, job: DatasetJob) => void
  /** Runs a build as the system's own, not as the work of whoever approved it. */
  asSystem: (work: () => Promise<void>) => Promise<void>
  clock: () => number
  log: Log
  metrics: Pick<Metrics, 'build'>
}

export function createBuildQueue({ registry, build, tell, asSystem, clock, log, metrics }: QueueOptions): BuildQueue {
  const waiting: string[] = []
  const jobs = new Map<string, DatasetJob>()
  const stopping = new AbortController()
  let working: Promise<void> | null = null

  const kick = (): void => {
    working ??= asSystem(work).finally(() => {
      working = null
      if (waiting.length > 0 && !stopping.signal.aborted) kick()
    })
  }
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined && !stopping.signal.aborted; id = waiting.shift()) {
      try {
        await one(id)
      } catch (error) {
        log.error({ request: id, ...errorFields(error) }, 'a dataset build could not be taken up')
      }
      jobs.delete(id)
    }
  }

  async function one(id: string): Promise<void> {
    const request = await registry.requests.get(id)
    if (!request || (request.state !== 'approved' && request.state !== 'preparing')) return
    const preparing =
      request.state === 'preparing'
        ? request
        : await registry.requests.change(id, request.version, { state: 'preparing' })
    const failure = await attempt(preparing)
    if (failure === 'stopped') return
    const state = failure === null ? 'ready' : 'failed'
    const ended = await registry.requests.change(id, preparing.version, { state, failure })
    metrics.build(state)
    const last = jobs.get(id)
    tell(ended.maker, { request: id, state, step: 'done', progress: 1, readings: last?.readings ?? null })
  }

  /** @returns null when it is built, else the stable code of its failure */
  async function attempt(request: DatasetRequestRecord): Promise<string | null> {
    for (let tries = 1; ; tries++) {
      try {
        await build(request, reporter(request), stopping.signal)
        return null
      } catch (error) {
        if (stopping.signal.aborted) return 'stopped'
        const fields = { request: request.id, tries, ...errorFields(error) }
        if (!(error instanceof AppError)) {
          log.error(fields, 'a dataset build failed unexpectedly')
          return 'internal'
        }
        if (!error.retryable || tries >= TRIES) {
          log.warn(fields, 'a dataset build failed')
          return error.code
        }
        log.warn(fields, 'a dataset build failed and is tried again')
        await pause(RETRY_MS * tries)
        if (stopping.signal.aborted) return 'stopped'
      }
    }
  }

  function reporter(request: DatasetRequestRecord): (progress: BuildProgress) => void {
    let toldMs = 0
    let step: string | null = null
    return progress => {
      const job: DatasetJob = { request: request.id, state: 'preparing', ...progress }
      jobs.set(request.id, job)
      if (progress.step === step && clock() - toldMs < TELL_MS) return
      toldMs = clock()
      step = progress.step
      tell(request.maker, job)
    }
  }

  const pause = (ms: number): Promise<void> =>
    new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      const end = () => {
        clearTimeout(timer)
        resolve()
      }
      stopping.signal.addEventListener('abort', end, { once: true })
    })

  return {
    add(id) {
      if (waiting.includes(id)) return
      jobs.set(id, { request: id, state: 'approved', step: 'queued', progress: 0, readings: null })
      waiting.push(id)
      kick()
    },
    jobOf: id => jobs.get(id) ?? null,
    async start() {
      const open = [...(await registry.requests.inState('preparing')), ...(await registry.requests.inState('approved'))]
      for (const { id } of open) this.add(id)
    },
    async stop() {
      stopping.abort()
      waiting.length = 0
      await working
    },
  }
}
