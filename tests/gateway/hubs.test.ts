/** What a hub's status says of the devices that it lists. */
import { expect, test } from 'vitest'
import type { DeviceId, FacilityId } from '../../core/ids.ts'
import { profiles } from '../../core/profiles/index.ts'
import { createBoardModel } from '../../gateway/board-model.ts'
import { withHubs } from '../../gateway/hubs.ts'
import type { KnownDevice } from '../../gateway/registry.ts'

const RX = 1_790_000_000_000
const known = (id: string, more: Partial<KnownDevice> = {}): KnownDevice => ({
  ...{ key: `demo/${id}`, facility: 'demo' as FacilityId, id: id as DeviceId, place: null, activeFromMs: 0 },
  profile: profiles.find(profile => profile.id === 'bed.sleep_mat')!,
  ...{ speaksFor: [], hub: null },
  ...more,
})
const hub = known('hub1', { speaksFor: ['mat1' as DeviceId, 'mat2' as DeviceId] })
const [mat1, mat2] = ['mat1', 'mat2'].map(id => known(id, { hub: hub.id })) as [KnownDevice, KnownDevice]
const other = known('mat3')
const all = [hub, mat1, mat2, other]
const deviceOf = (_: string, id: string) => all.find(device => device.id === id)

test('what a hub lists is offline with it, and as it said itself when the hub is back', () => {
  const inner = createBoardModel(null)
  const board = withHubs(inner, deviceOf)
  const say = (device: KnownDevice, state: 'online' | 'offline') => board.status(device, { v: 1, state }, RX, false)
  for (const device of [hub, mat1, other]) say(device, 'online')
  board.takeNews('demo')
  say(hub, 'offline')
  expect([...board.takeNews('demo').devices].toSorted()).toEqual(['hub1', 'mat1', 'mat2'])
  expect(all.map(device => board.state(device).online)).toEqual([false, false, false, true])
  expect(all.map(device => board.now(device).online)).toEqual([false, false, false, true])
  expect(board.state(mat2).heardMs).toBeNull()
  const later = withHubs(createBoardModel(inner.save()), deviceOf)
  expect(later.state(mat1).online).toBe(false)
  say(hub, 'online')
  expect(all.map(device => board.state(device).online)).toEqual([true, true, null, true])
  say(mat1, 'offline')
  expect(board.state(mat1).online).toBe(false)
  expect([...board.takeNews('demo').devices].toSorted()).toEqual(['hub1', 'mat1', 'mat2'])
})
