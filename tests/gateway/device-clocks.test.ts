/** What is known of a device's clock: by which evidence, and what it changes. */
import { describe, expect, test } from 'vitest'
import type { BootId, DeviceId, FacilityId, ProfileId } from '../../core/ids.ts'
import { profiles } from '../../core/profiles/index.ts'
import { createBoardModel } from '../../gateway/board-model.ts'
import type { AcceptedEntry } from '../../gateway/entries.ts'
import type { KnownDevice } from '../../gateway/registry.ts'

const RX = 1_790_000_000_000
const device: KnownDevice = {
  key: 'demo/mat1',
  facility: 'demo' as FacilityId,
  id: 'mat1' as DeviceId,
  profile: profiles.find(profile => profile.id === 'bed.sleep_mat')!,
  place: null,
  activeFromMs: 0,
  speaksFor: [],
  hub: null,
}
const entry = (t: number, rx: number): AcceptedEntry => ({
  k: 'a',
  f: device.facility,
  d: device.id,
  b: 'b' as BootId,
  s: 0,
  h: 0,
  rx,
  p: 'bed.sleep_mat' as ProfileId,
  n: 0,
  t,
  v: { heart_rate: 60 },
})
const online = (ts: number) => ({ v: 1 as const, state: 'online' as const, ts })

describe('skew', () => {
  test('is 0 without evidence, and lag alone is none', () => {
    const board = createBoardModel(null)
    board.accepted(entry(RX - 3_600_000, RX), device, {})
    expect(board.skewMs(device)).toBe(0)
    expect(board.state(device).skewMs).toBeNull()
  })

  test('is what a fresh status shows, in either direction, and what a message ahead of us proves', () => {
    const board = createBoardModel(null)
    board.status(device, online(RX - 7_000), RX, false)
    expect(board.skewMs(device)).toBe(-7_000)
    board.status(device, online(RX + 70_000), RX + 60_000, false)
    expect(board.skewMs(device)).toBe(10_000)
    board.accepted(entry(RX + 90_000, RX + 61_000), device, {})
    expect(board.skewMs(device)).toBe(29_000)
    board.accepted(entry(RX + 62_000, RX + 62_000), device, {})
    expect(board.skewMs(device)).toBe(29_000)
  })

  test('is not taken from a status that the broker had kept', () => {
    const board = createBoardModel(null)
    board.status(device, online(RX - 3_600_000), RX, true)
    expect(board.skewMs(device)).toBe(0)
  })

  test('a slow clock does not make a value look old, once it is known', () => {
    const board = createBoardModel(null)
    board.status(device, online(RX - 120_000), RX, false)
    board.accepted(entry(RX - 119_000, RX + 1_000), device, {})
    expect(board.state(device).newest.heart_rate?.measuredMs).toBe(RX + 1_000)
  })

  test('a clock that was years ahead and is set right is believed again, and so is what the device then says', () => {
    const board = createBoardModel(null)
    board.status(device, online(Date.UTC(2099, 0, 1)), RX, false)
    board.status(device, { v: 1, state: 'offline', ts: RX + 59_000 }, RX + 60_000, false)
    expect(board.state(device)).toMatchObject({ online: false, skewMs: -1_000 })
  })

  test('is remembered with the board', () => {
    const board = createBoardModel(null)
    board.status(device, online(RX - 7_000), RX, false)
    expect(createBoardModel(board.save()).skewMs(device)).toBe(-7_000)
  })
})
