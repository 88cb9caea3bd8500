/** `npm run sim`: simulated devices, raw load, or a recording, against a running platform. */
import { randomBytes } from 'node:crypto'
import { AppError } from '../core/errors.ts'
import { profileById, profiles } from '../core/profiles/index.ts'
import type { RejectedMessage } from '../core/rejections.ts'
import type { Credential } from './credentials.ts'
import type { Wanted } from './enrol.ts'
import { type FleetDevice, startFleet } from './fleet.ts'
import { fillHistory } from './history.ts'
import { startLoad } from './load.ts'
import { HELP, parseOptions, type SimOptions } from './options.ts'
import type { OutboxCounts } from './outbox.ts'
import { playRecording } from './replay/player.ts'
import { shiftTo } from './replay/recording.ts'
import { isTihm, readTihm } from './replay/tihm.ts'
import { simulatorOf } from './simulators/catalogue.ts'
import { createResident } from './simulators/resident.ts'
import { scenarioOf } from './simulators/scenario.ts'
import { openSource, type Source } from './source.ts'

const DEFAULT_DEVICES = 10
const PROGRESS_MS = 5_000
/** After the end of a run, so long for what is still unacknowledged. */
const DRAIN_MS = 20_000
const POLL_MS = 100

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const pause = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms))
const number = (n: number): string => n.toLocaleString('en-US')

async function replay(options: SimOptions, source: Source, signal: AbortSignal): Promise<OutboxCounts> {
  const folder = options.replay as string
  if (!isTihm(folder)) throw new AppError('bad_recording', `${folder} holds no recording that is known here`)
  const recording = readTihm(folder)
  const shift = shiftTo(recording, Date.now(), source.zone)
  const wanted = recording.devices.map(({ id, profile, person }): Wanted => {
    return { device: id, profile, maker: options.maker, person }
  })
  say(`${recording.name}: ${recording.devices.length} devices, times moved by ${shift.days} days`)
  const credentials = await source.obtain(wanted, shift.firstDayMs)
  return playRecording({
    recording,
    shift,
    credentials,
    url: options.url,
    protocol: options.protocol,
    speed: options.speed ?? 'max',
    signal,
    onRejected: (device, rejected) => say(refusalLine(device, rejected)),
    onProgress: everyNow(counts => say(`${number(counts.acknowledged)} of ${number(counts.of)} acknowledged`)),
  })
}

const refusalLine = (device: string, { seq, reason, fields, detail }: RejectedMessage): string =>
  `refused: ${device} seq ${seq ?? '?'} ${reason} ${fields?.join(', ') ?? ''} (${detail})`

/** At most one line each few seconds, and one at the end. */
function everyNow(tell: (counts: OutboxCounts & { of: number }) => void) {
  let lastMs = 0
  let whole = false
  return (counts: OutboxCounts, of: number): void => {
    if (whole || (Date.now() - lastMs < PROGRESS_MS && counts.acknowledged < of)) return
    lastMs = Date.now()
    whole = counts.acknowledged >= of
    tell({ ...counts, of })
  }
}

/** Device types in turn; devices of the same number share a resident. */
async function simulatedDevices(options: SimOptions, source: Source, fromMs: number): Promise<Credential[]> {
  if (!source.enrols) return source.listed().slice(0, options.devices)
  const wanted = Array.from({ length: options.devices ?? DEFAULT_DEVICES }, (_, i): Wanted => {
    const profile = profiles[i % profiles.length]?.id as string
    return { device: `sim-${options.seed}-${i + 1}`, profile, maker: options.maker, person: null }
  })
  return source.obtain(wanted, fromMs)
}

interface Run {
  counts(): OutboxCounts & { waiting: number }
  pause(): void
  stop(): Promise<void>
}

async function simulate(options: SimOptions, source: Source, signal: AbortSignal): Promise<OutboxCounts> {
  const { url, protocol, seed, duration, speed, rate } = options
  const nowMs = Date.now()
  const fromMs = nowMs - (speed === 'max' ? (duration ?? 0) : 0)
  const credentials = await simulatedDevices(options, source, fromMs)
  if (credentials.length === 0) throw new AppError('no_credential', 'no devices to simulate')
  const boot = randomBytes(6).toString('hex')
  const onProblem = oncePerDevice()
  const unlimited = speed === 'max'
  const shared = { url, protocol, seed, boot, onProblem }
  const residentOf = (name: string) =>
    createResident({ seed, name, zone: source.zone, scenario: scenarioOf(options.scenario) })
  const devices = credentials.flatMap((credential): FleetDevice[] => {
    const profile = profileById(credential.profile)
    const device = { seed, device: credential.device, resident: residentOf(credential.device) }
    return profile ? [{ credential, simulate: simulatorOf(profile)(device) }] : []
  })
  const fleet = rate ? null : startFleet({ ...shared, devices, live: !unlimited })
  const run: Run = fleet ?? startLoad({ ...shared, credentials, rate: rate ?? 1 })
  say(`${credentials.length} devices`)
  const progress = setInterval(() => {
    const { published, acknowledged, refused } = run.counts()
    say(`published ${number(published)}, acknowledged ${number(acknowledged)}, refused ${number(refused)}`)
  }, PROGRESS_MS)
  try {
    if (fleet && unlimited) await fillHistory({ devices: fleet.devices, fromMs, toMs: nowMs, signal })
    else await ended(duration, signal)
    run.pause()
    for (const endMs = Date.now() + DRAIN_MS; run.counts().waiting > 0 && Date.now() < endMs; ) await pause(POLL_MS)
    return run.counts()
  } finally {
    clearInterval(progress)
    await run.stop()
  }
}

async function ended(durationMs: number | undefined, signal: AbortSignal): Promise<void> {
  const endMs = Date.now() + (durationMs ?? Number.POSITIVE_INFINITY)
  while (Date.now() < endMs && !signal.aborted) await pause(POLL_MS)
}

/** A device that cannot connect tries again for ever; once is enough to read. */
function oncePerDevice(): (device: string, error: AppError) => void {
  const told = new Set<string>()
  return (device, error) => {
    if (!told.has(device)) say(`${device}: ${error.message}; trying again`)
    told.add(device)
  }
}

async function main(): Promise<number> {
  const parsed = parseOptions(process.argv.slice(2), process.env)
  if ('help' in parsed) {
    process.stdout.write(HELP)
    return 0
  }
  if ('error' in parsed) {
    say(`${parsed.error}\nTry --help.`)
    return 2
  }
  const { options } = parsed
  const ending = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())
  const source = await openSource(options, process.env, say)
  try {
    const counts = await (options.replay ? replay : simulate)(options, source, ending.signal)
    const { published, acknowledged, refused } = counts
    process.stdout.write(
      `published ${number(published)}, acknowledged ${number(acknowledged)}, refused ${number(refused)}\n`,
    )
    return acknowledged >= published ? 0 : 1
  } finally {
    await source.stop()
  }
}

main().then(
  code => {
    process.exitCode = code
  },
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error))
    process.exitCode = 1
  },
)
