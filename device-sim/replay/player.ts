/** Plays a recording: its devices publish over MQTT, as fast as they are acknowledged or at a multiple of real time. */
import { AppError } from '../../core/errors.ts'
import type { RejectedMessage } from '../../core/rejections.ts'
import type { Credential } from '../credentials.ts'
import { type Device, startDevice } from '../device.ts'
import type { OutboxCounts } from '../outbox.ts'
import type { TelemetrySample } from '../sample.ts'
import { type RecordedDevice, type Recording, type Shift, samplesOf, spanOf } from './recording.ts'

export interface ReplayOptions {
  recording: Recording
  shift: Shift
  /** One for each of the recording's devices. */
  credentials: readonly Credential[]
  url: string
  protocol?: 4 | 5
  /** Times real time, or `max`. */
  speed: number | 'max'
  /** Connections open at a time at `max`; at a given speed all stay open. */
  connections?: number
  /** Gives up when no message was acknowledged for so long. */
  patienceMs?: number
  onProgress?: (counts: OutboxCounts, of: number) => void
  onRejected?: (device: string, rejected: RejectedMessage) => void
  signal?: AbortSignal
}

const CONNECTIONS = 50
const PATIENCE_MS = 120_000
const POLL_MS = 100
/** Word of a refusal may come a little after the receipt that covers the message. */
const LAST_WORD_MS = 700

/**
 * Sends every row as one message and waits until each is acknowledged. The counter's run is named by the shift, so playing the same
 * day again re-sends the same messages and stores nothing twice.
 * @throws AppError `no_credential`, or `not_acknowledged` when nothing more is acknowledged
 */
export async function playRecording(options: ReplayOptions): Promise<OutboxCounts> {
  const { recording, shift, speed } = options
  const credentialOf = new Map(options.credentials.map(credential => [credential.device as string, credential]))
  const total = recording.devices.reduce((sum, device) => sum + device.rows.length, 0)
  const sum: OutboxCounts = { published: 0, acknowledged: 0, refused: 0 }
  const open = new Set<Device>()
  const counts = (): OutboxCounts => [...open].reduce((all, device) => added(all, device.counts()), { ...sum })
  const progress = setInterval(() => options.onProgress?.(counts(), total), 1000)
  const patience = watch(() => counts().acknowledged, options.patienceMs ?? PATIENCE_MS)
  const startMs = Date.now()
  // One failure, or the caller, ends all.
  const ending = new AbortController()
  const ended = options.signal ? AbortSignal.any([options.signal, ending.signal]) : ending.signal
  const firstMs = shift.at(spanOf(recording).firstMs)

  async function play(recorded: RecordedDevice): Promise<void> {
    const credential = credentialOf.get(recorded.id)
    if (!credential) throw new AppError('no_credential', `no credential for device ${recorded.id}`)
    const device = startDevice({
      facility: credential.facility,
      device: credential.device,
      url: options.url,
      clientId: credential.client_id,
      username: credential.username,
      password: credential.password,
      protocol: options.protocol,
      boot: `${recording.name}.${shift.days}`,
      model: recording.name,
      onRejected: rejected => options.onRejected?.(recorded.id, rejected),
    })
    open.add(device)
    try {
      for (const sample of samplesOf(recorded, shift)) {
        if (speed !== 'max') await until(startMs + (sample.atMs - firstMs) / speed, ended)
        if (ended.aborted) return
        device.send(sample satisfies TelemetrySample)
      }
      while (device.waiting() > 0 && !ended.aborted) {
        patience.check()
        await pause(POLL_MS)
      }
      if (!ended.aborted) await pause(LAST_WORD_MS)
    } finally {
      await device.stop()
      open.delete(device)
      Object.assign(sum, added(sum, device.counts()))
    }
  }

  try {
    const lanes = speed === 'max' ? (options.connections ?? CONNECTIONS) : recording.devices.length
    // The longest first, so that none is left alone at the end.
    const waiting = recording.devices.toSorted((a, b) => b.rows.length - a.rows.length)
    const played = await Promise.allSettled(
      Array.from({ length: Math.min(lanes, waiting.length) }, async () => {
        for (let next = waiting.shift(); next && !ended.aborted; next = waiting.shift()) {
          await play(next).catch(error => {
            ending.abort()
            throw error
          })
        }
      }),
    )
    const failure = played.find(lane => lane.status === 'rejected')
    if (failure) throw failure.reason
    return sum
  } finally {
    clearInterval(progress)
    options.onProgress?.(counts(), total)
  }
}

const added = (a: OutboxCounts, b: OutboxCounts): OutboxCounts => ({
  published: a.published + b.published,
  acknowledged: a.acknowledged + b.acknowledged,
  refused: a.refused + b.refused,
})

/** Throws from `check` when the figure has not grown for too long. */
function watch(figure: () => number, patienceMs: number): { check(): void } {
  let last = 0
  let sinceMs = Date.now()
  return {
    check: () => {
      const now = figure()
      if (now !== last) sinceMs = Date.now()
      last = now
      if (Date.now() - sinceMs > patienceMs)
        throw new AppError('not_acknowledged', `nothing was acknowledged for ${patienceMs / 1000} s`)
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise(done => setTimeout(done, ms))

async function until(atMs: number, signal: AbortSignal): Promise<void> {
  for (let left = atMs - Date.now(); left > 0 && !signal.aborted; left = atMs - Date.now())
    await pause(Math.min(left, 500))
}
