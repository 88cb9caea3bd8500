/** What the registry's contract tests share: an empty database, two facilities, short forms. */
import type { DeviceId, FacilityId, ProfileId } from '../../../core/ids.ts'
import type { PlacementRecord, Registry, UserRecord } from '../../../core/registry.ts'
import type { ReleaseRecord } from '../../../core/registry-releases.ts'
import { parseIdentityKeys } from '../../../storage/registry/identity-keys.ts'

/** One empty database. */
export interface RegistryStore {
  /** A new connection; may be called again after the last one stopped. */
  open(): Promise<Registry>
  /** Adds so many rooms (labels with this prefix) to a facility from another process, through its own connection. */
  addRoomsElsewhere(facility: string, prefix: string, rooms: number): Promise<void>
  /** All that the database holds, as one text. */
  dump(): Promise<string>
  /** The resident's own key as it is kept, wrapped. */
  wrappedKey(resident: string): Promise<string>
  remove(): Promise<void>
}

export const KEY_LINE = Buffer.alloc(32, 7).toString('base64')
export const KEYS = parseIdentityKeys(KEY_LINE)
export const DEMO = 'demo' as FacilityId
export const OTHER = 'other' as FacilityId
export const MAT = 'bed.sleep_mat' as ProfileId
export const deviceId = (id: string) => id as DeviceId
export const T0 = 1_800_000_000_000
export const HOUR = 3_600_000

export const user = (name: string, more: Partial<UserRecord> = {}): UserRecord => ({
  user: name,
  passwordHash: '$argon2id$x',
  role: 'manufacturer',
  facilities: [],
  maker: 'acme',
  language: 'ko',
  createdMs: T0,
  disabledMs: null,
  version: 1,
  ...more,
})
export const scope = { facility: DEMO, device_types: [MAT], from: '2026-11-01', to: '2026-11-30' }
/** A request of the user `maker`. */
export const draft = {
  maker: 'acme',
  createdBy: 'maker',
  createdMs: T0,
  purpose: 'Trial',
  product: 'P0' as const,
  scope,
}

export interface RegistryFixture {
  readonly registry: Registry
  readonly store: RegistryStore
  setUp(): Promise<void>
  reopen(): Promise<void>
  tearDown(): Promise<void>
  facility(id: FacilityId): Promise<void>
  enrol(id: string, at?: FacilityId, maker?: string): ReturnType<Registry['devices']['enrol']>
  /** A release with data of these residents in it, who have consented; needs the user `maker`. */
  release(id: string, subjects: readonly string[]): Promise<ReleaseRecord>
  place(device: string, fromMs: number, toMs: number | null): Promise<PlacementRecord>
}

export function createFixture(makeStore: () => Promise<RegistryStore>): RegistryFixture {
  let store: RegistryStore | undefined
  let registry: Registry | undefined
  const present = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('the fixture is not set up')
    return value
  }
  const facility = (id: FacilityId) =>
    present(registry).facilities.create({ id, name: `施設 ${id}`, zone: 'Asia/Tokyo', benchOf: null })
  return {
    get registry() {
      return present(registry)
    },
    get store() {
      return present(store)
    },
    async setUp() {
      store = await makeStore()
      registry = await store.open()
      await facility(DEMO)
      await facility(OTHER)
    },
    async reopen() {
      await registry?.stop()
      registry = await present(store).open()
    },
    async tearDown() {
      await registry?.stop()
      await store?.remove()
      registry = undefined
      store = undefined
    },
    facility,
    enrol: (id, at = DEMO, maker = 'acme') =>
      present(registry).devices.enrol(
        { facility: at, id: deviceId(id), profile: MAT, maker, activeFromMs: T0 - HOUR },
        T0,
      ),
    async release(id, subjects) {
      const request = await present(registry).requests.create(draft)
      const release: ReleaseRecord = {
        id,
        request: request.id,
        maker: 'acme',
        product: 'P0',
        createdMs: T0,
        manifestSha256: 'ab',
        keyId: 'K',
        publicKey: 'RW',
        published: 55,
        suppressed: 96,
        files: [],
        trial: null,
      }
      const members = subjects.map(resident => ({ resident, class: null, groups: {} }))
      await present(registry).releases.create(release, members)
      return release
    },
    place: (device, fromMs, toMs) =>
      present(registry).placements.create({
        facility: DEMO,
        device: deviceId(device),
        room: null,
        resident: null,
        fromMs,
        toMs,
      }),
  }
}
