/** The registry topic: what is in it, and when it is published. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DeviceId, FacilityId, ProfileId } from '../../../core/ids.ts'
import { type RegistryMessage, registryMessageSchema } from '../../../core/platform-messages.ts'
import { profileById } from '../../../core/profiles/index.ts'
import type { Registry } from '../../../core/registry.ts'
import { createRegistryPublisher, type RegistryPublisher } from '../../../server/broker/registry-topic.ts'
import { createRegistry } from '../../../storage/registry/registry.ts'

const T0 = 1_800_000_000_000
const HOUR = 3_600_000
const DEMO = 'demo' as FacilityId
const MAT = 'bed.sleep_mat' as ProfileId

describe('registry topic', () => {
  let registry: Registry
  let publisher: RegistryPublisher
  let nowMs = T0
  let brokerDown = false
  let published: { topic: string; message: RegistryMessage; options: object }[] = []
  const warnings: string[] = []

  beforeEach(async () => {
    nowMs = T0
    brokerDown = false
    published = []
    warnings.length = 0
    registry = await createRegistry({ file: ':memory:' })
    await registry.facilities.create({ id: DEMO, name: '桜の里', zone: 'Asia/Tokyo', benchOf: null })
    publisher = createRegistryPublisher({
      registry,
      publish: async (topic, payload, options) => {
        if (brokerDown) throw new Error('no broker')
        published.push({ topic, message: registryMessageSchema.parse(JSON.parse(payload)), options })
      },
      clock: () => nowMs,
      log: { warn: (_, text) => void warnings.push(text) },
      pollMs: 5,
    })
  })
  afterEach(async () => {
    await publisher.stop()
    await registry.stop()
  })

  const enrol = (id: string, profile = MAT) =>
    registry.devices.enrol({ facility: DEMO, id: id as DeviceId, profile, maker: 'acme', activeFromMs: T0 - HOUR }, T0)
  const place = (device: string, room: string | null, fromMs: number, toMs: number | null = null) =>
    registry.placements.create({ facility: DEMO, device: device as DeviceId, room, resident: null, fromMs, toMs })
  const newest = () => published.at(-1)?.message
  const placeOf = (device: string) => newest()?.devices.find(d => d.id === device)?.place
  const nextAfter = (count: number) =>
    vi.waitFor(() => expect(published.length).toBeGreaterThan(count), { interval: 2 })
  /** Several rounds of the watch, seen from the registry. */
  const rounds = async (n: number) => {
    const list = vi.spyOn(registry.facilities, 'list')
    await vi.waitFor(() => expect(list.mock.calls.length).toBeGreaterThanOrEqual(n), { interval: 2 })
    list.mockRestore()
  }

  it('holds devices with their present places, all rooms, and the full profiles in use', async () => {
    const room = await registry.rooms.create({ facility: DEMO, label: '101', unit: '1F' })
    await registry.rooms.create({ facility: DEMO, label: '102', unit: '1F' })
    const resident = await registry.residents.create(DEMO, T0)
    for (const id of ['mat-1', 'mat-2', 'mat-3', 'mat-4']) await enrol(id)
    await place('mat-1', room.id, T0 - HOUR)
    await place('mat-2', room.id, T0 - HOUR, T0)
    await place('mat-3', room.id, T0 + HOUR)
    await registry.placements.create({
      facility: DEMO,
      device: 'mat-4' as DeviceId,
      room: null,
      resident: resident.id,
      fromMs: T0 - HOUR,
      toMs: null,
    })
    await publisher.start()
    expect(published).toHaveLength(1)
    expect(published[0]).toMatchObject({ topic: 'mimamori/v1/demo/registry', options: { qos: 1, retain: true } })
    const message = newest() as RegistryMessage
    expect(message.devices.map(d => [d.id, d.place, d.active_from])).toEqual([
      ['mat-1', room.id, T0 - HOUR],
      ['mat-2', null, T0 - HOUR],
      ['mat-3', null, T0 - HOUR],
      ['mat-4', null, T0 - HOUR],
    ])
    expect(message).toMatchObject({ v: 1, facility: 'demo', zone: 'Asia/Tokyo' })
    expect(message.places).toHaveLength(2)
    expect(message.profiles).toEqual([profileById(MAT)])
    const text = JSON.stringify(message)
    expect(text).not.toContain(resident.id)
    expect(text).not.toContain('桜の里')
  })

  it('names the devices for which a hub speaks', async () => {
    for (const id of ['hub-1', 'mat-1', 'mat-2']) await enrol(id)
    await registry.hubs.set(DEMO, 'hub-1', ['mat-1', 'mat-2'])
    await publisher.start()
    expect(newest()?.devices.map(device => [device.id, device.speaks_for])).toEqual([
      ['hub-1', ['mat-1', 'mat-2']],
      ['mat-1', undefined],
      ['mat-2', undefined],
    ])
  })

  it('is published again after a change, with a higher version, and not without one', async () => {
    await publisher.start()
    const first = newest()?.version as number
    await rounds(3)
    expect(published).toHaveLength(1)
    await enrol('mat-1')
    await nextAfter(1)
    expect(newest()?.devices.map(d => d.id)).toEqual(['mat-1'])
    expect(newest()?.version).toBeGreaterThan(first)
    await rounds(3)
    expect(published).toHaveLength(2)
  })

  it('is published when a placement begins or ends by itself, with a higher version each time', async () => {
    const room = await registry.rooms.create({ facility: DEMO, label: '101', unit: '1F' })
    await enrol('mat-1')
    await place('mat-1', room.id, T0 + HOUR, T0 + 2 * HOUR)
    await publisher.start()
    const places = [placeOf('mat-1')]
    const versions = [newest()?.version as number]
    for (const at of [T0 + HOUR, T0 + 2 * HOUR]) {
      nowMs = at - 1
      await rounds(3)
      const before = published.length
      nowMs = at
      await nextAfter(before)
      places.push(placeOf('mat-1'))
      versions.push(newest()?.version as number)
    }
    expect(places).toEqual([null, room.id, null])
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b))
    await rounds(3)
    expect(published).toHaveLength(3)
  })

  it('is published for a facility that is created later', async () => {
    await publisher.start()
    await registry.facilities.create({ id: 'later' as FacilityId, name: 'L', zone: 'Asia/Seoul', benchOf: null })
    await nextAfter(1)
    expect(published.at(-1)?.topic).toBe('mimamori/v1/later/registry')
  })

  it('is tried again when the broker did not take it, with one warning for the row of failures', async () => {
    brokerDown = true
    await publisher.start()
    await rounds(4)
    expect(published).toEqual([])
    expect(warnings).toHaveLength(1)
    brokerDown = false
    await nextAfter(0)
    expect(newest()?.facility).toBe('demo')
  })

  it('is published at once when asked, and again for all when the broker may have forgotten it', async () => {
    await publisher.publishNow('demo')
    expect(published).toHaveLength(1)
    await expect(publisher.publishNow('none')).rejects.toMatchObject({ code: 'not_found' })
    await publisher.start()
    expect(published).toHaveLength(1)
    publisher.publishAgain()
    await nextAfter(1)
  })

  it('leaves out a device whose profile this version does not know', async () => {
    await enrol('odd-1', 'bed.unknown' as ProfileId)
    await publisher.start()
    expect(newest()).toMatchObject({ devices: [], profiles: [] })
  })

  it('stops for good', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      await publisher.start()
      const list = vi.spyOn(registry.facilities, 'list')
      await vi.advanceTimersByTimeAsync(50)
      expect(list).toHaveBeenCalled()
      await publisher.stop()
      list.mockClear()
      await vi.advanceTimersByTimeAsync(50)
      expect(list).not.toHaveBeenCalled()
    } finally {
      vi.useRealTimers()
    }
  })
})
