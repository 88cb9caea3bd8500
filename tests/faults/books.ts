/** The oracle's books: what every device sent, and what it was told is safe. Each such identity is an obligation. */
import { type BootName, bootId, bootIndex } from './messages.ts'

export const SENT = 1
/** Acknowledged: from now on an obligation. */
export const SAFE = 2
/** Found in the store. */
export const STORED = 4
/** Sent again with another content; and that was acknowledged. */
export const CONFLICT = 8
export const CONFLICT_SAFE = 16
export const DEAD = 32

export interface BootBook extends BootName {
  id: string
  /** Only whole telemetry. */
  plain: boolean
  /** The next seq that was never given. */
  next: number
  /** By seq. */
  flags: Uint8Array
  /** By seq: how many messages all devices had sent before its first sending. */
  ordinals: Uint32Array
  /** Sent and not yet safe, with the time of the last sending. */
  unsafe: Map<number, number>
}

export interface Counts {
  /** Distinct messages that left a device at least once. */
  sent: number
  acknowledged: number
  resent: number
  /** Re-sent when more than 10,000 newer messages had been sent. */
  resentOld: number
  batches: number
  events: number
  reboots: number
  lateFilled: number
  conflicts: number
  garbage: number
}

export interface Books {
  counts: Counts
  device(name: string): { number: number; boots: readonly BootBook[] }
  devices(): string[]
  boots(): Iterable<BootBook>
  /** The boot under way. */
  current(device: string): BootBook
  reboot(device: string): BootBook
  /** A boot by the id that stands in the store; undefined when it is none of ours. */
  find(device: string, id: string): BootBook | undefined
  sent(boot: BootBook, seq: number, nowMs: number): void
  safe(boot: BootBook, seq: number): void
  unsafe(): number
}

export const OLD = 10_000

export function createBooks(devices: readonly { name: string; plain: boolean }[]): Books {
  const all = new Map(devices.map(({ name, plain }, number) => [name, { number, plain, boots: [] as BootBook[] }]))
  const counts: Counts = {
    sent: 0,
    acknowledged: 0,
    resent: 0,
    resentOld: 0,
    batches: 0,
    events: 0,
    reboots: 0,
    lateFilled: 0,
    conflicts: 0,
    garbage: 0,
  }
  let unsafe = 0
  for (const name of all.keys()) newBoot(name)

  return {
    counts,
    device: deviceOf,
    devices: () => [...all.keys()],
    *boots() {
      for (const { boots } of all.values()) yield* boots
    },
    current: device => deviceOf(device).boots.at(-1)!,
    reboot(device) {
      counts.reboots += 1
      return newBoot(device)
    },
    find(device, id) {
      const known = all.get(device)
      const index = known ? bootIndex(id, known.number) : null
      return index === null ? undefined : known?.boots[index]
    },
    sent(boot, seq, nowMs) {
      grow(boot, seq)
      if (boot.flags[seq]! & SENT) {
        counts.resent += 1
        if (counts.sent - boot.ordinals[seq]! > OLD) counts.resentOld += 1
      } else {
        boot.flags[seq]! |= SENT
        boot.ordinals[seq] = counts.sent
        counts.sent += 1
      }
      if (boot.flags[seq]! & SAFE) return
      if (!boot.unsafe.has(seq)) unsafe += 1
      boot.unsafe.set(seq, nowMs)
    },
    safe(boot, seq) {
      if (boot.flags[seq]! & SAFE) return
      boot.flags[seq]! |= SAFE
      counts.acknowledged += 1
      if (boot.unsafe.delete(seq)) unsafe -= 1
    },
    unsafe: () => unsafe,
  }

  function deviceOf(name: string) {
    const known = all.get(name)
    if (!known) throw new Error(`there is no device ${name} in this run`)
    return known
  }

  function newBoot(device: string): BootBook {
    const { number, plain, boots } = deviceOf(device)
    const name = { device, number, index: boots.length }
    const flags = new Uint8Array(256)
    const boot = { ...name, id: bootId(name), plain, next: 0, flags, ordinals: new Uint32Array(256), unsafe: new Map() }
    boots.push(boot)
    return boot
  }

  function grow(boot: BootBook, seq: number): void {
    if (seq < boot.flags.length) return
    const length = Math.max(seq + 1, boot.flags.length * 2)
    const flags = new Uint8Array(length)
    flags.set(boot.flags)
    boot.flags = flags
    const ordinals = new Uint32Array(length)
    ordinals.set(boot.ordinals)
    boot.ordinals = ordinals
  }
}
