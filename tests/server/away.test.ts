/** Who is away: which devices watch nobody, which rooms are empty, and what gateway and board are told of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DeviceId, FacilityId, ProfileId } from '../../core/ids.ts'
import type { FacilityRecord, Registry } from '../../core/registry.ts'
import { awayNow } from '../../server/away.ts'
import { buildRegistryMessage } from '../../server/broker/registry-message.ts'
import { readLayout } from '../../server/live/layout.ts'
import { parseIdentityKeys } from '../../storage/registry/identity-keys.ts'
import { createRegistry } from '../../storage/registry/registry.ts'

const T0 = 1_800_000_000_000
const HOUR = 3_600_000
const facility: FacilityRecord = { id: 'demo' as FacilityId, name: 'x', zone: 'Asia/Tokyo', benchOf: null }
const written = { by: 'admin', nowMs: T0 }

describe('away', () => {
  let registry: Registry
  let room = ''
  beforeEach(async () => {
    registry = await createRegistry({ file: ':memory:' }, parseIdentityKeys(Buffer.alloc(32, 1).toString('base64')))
    await registry.facilities.create(facility)
    room = (await registry.rooms.create({ facility: facility.id, label: '101', unit: 'A' })).id
  })
  afterEach(() => registry.stop())

  const resident = async (bed: string | null = null): Promise<string> => {
    const { id } = await registry.residents.create('demo', T0)
    await registry.stays.add({ facility: facility.id, resident: id, room, bed, fromMs: T0 })
    return id
  }
  const device = async (id: string, whose: { resident?: string; bed?: string | null } = {}) => {
    const profile = 'bed.sleep_mat' as ProfileId
    const record = { facility: facility.id, id: id as DeviceId, profile, maker: 'acme', activeFromMs: T0 }
    await registry.devices.enrol(record, T0)
    const { resident: who = null, bed = null } = whose
    const placement = {
      facility: facility.id,
      device: id as DeviceId,
      room,
      bed,
      resident: who,
      fromMs: T0,
      toMs: null,
    }
    await registry.placements.create(placement)
  }
  const leaves = (who: string, fromMs: number, toMs: number | null = null) =>
    registry.absences.add({ facility: facility.id, resident: who, reason: 'hospital', fromMs, toMs }, written)
  const away = async (nowMs: number) => {
    const placements = await registry.placements.during('demo', 0, T0 + 99 * HOUR)
    const { devices, rooms } = await awayNow(registry, 'demo', placements, nowMs)
    return { devices: [...devices].toSorted(), rooms: [...rooms] }
  }

  it('quiets a device of a single room from the first to the last moment of the absence, and no longer', async () => {
    const who = await resident()
    await device('mat-1')
    await leaves(who, T0 + HOUR, T0 + 2 * HOUR)
    expect(await away(T0 + HOUR - 1)).toEqual({ devices: [], rooms: [] })
    expect(await away(T0 + HOUR)).toEqual({ devices: ['mat-1'], rooms: [room] })
    expect(await away(T0 + 2 * HOUR - 1)).toEqual({ devices: ['mat-1'], rooms: [room] })
    expect(await away(T0 + 2 * HOUR)).toEqual({ devices: [], rooms: [] })
  })

  it('quiets in a shared room what is for the absent one alone', async () => {
    const beds = await Promise.all(
      ['1', '2'].map(label => registry.beds.create({ facility: facility.id, room, label }).then(({ id }) => id)),
    )
    const [a, b] = [await resident(beds[0] ?? null), await resident(beds[1] ?? null)]
    await device('mat-a', { bed: beds[0] ?? null })
    await device('mat-b', { bed: beds[1] ?? null })
    await device('watch-a', { resident: a })
    await device('door')
    await leaves(a, T0 + HOUR)
    expect(await away(T0 + HOUR)).toEqual({ devices: ['mat-a', 'watch-a'], rooms: [] })
    await leaves(b, T0 + HOUR)
    expect(await away(T0 + HOUR)).toEqual({ devices: ['door', 'mat-a', 'mat-b', 'watch-a'], rooms: [room] })
  })

  it('never quiets a device of which nobody knows whom it is for', async () => {
    await device('mat-1')
    await leaves((await registry.residents.create('demo', T0)).id, T0)
    expect(await away(T0)).toEqual({ devices: [], rooms: [] })
  })

  it('is told to gateways without a person, under a higher version each time it begins or ends', async () => {
    const who = await resident()
    await device('mat-1')
    const absence = await leaves(who, T0 + HOUR)
    const at = (nowMs: number) => buildRegistryMessage(registry, facility, nowMs)
    const before = await at(T0)
    expect(before.changesMs).toBe(T0 + HOUR)
    const during = await at(T0 + HOUR)
    expect(during.message.devices).toMatchObject([{ id: 'mat-1', quiet: true }])
    expect(JSON.stringify(during.message)).not.toContain(who)
    await registry.absences.end(absence.id, T0 + 2 * HOUR)
    const after = await at(T0 + 2 * HOUR)
    expect(after.message.devices[0]).not.toHaveProperty('quiet')
    const versions = [before, during, after].map(({ message }) => message.version)
    expect(versions).toEqual([...new Set(versions)].toSorted((x, y) => x - y))
  })

  it('is told to boards, whose layout is another one then', async () => {
    const who = await resident()
    await leaves(who, T0 + HOUR, T0 + 2 * HOUR)
    const before = await readLayout(registry, facility, T0)
    expect([before.rooms[0]?.absent, before.changesMs]).toEqual([false, T0 + HOUR])
    const during = await readLayout(registry, facility, T0 + HOUR)
    expect([during.rooms[0]?.absent, during.changesMs]).toEqual([true, T0 + 2 * HOUR])
    expect(during.version).not.toBe(before.version)
  })
})
