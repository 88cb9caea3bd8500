/** The matrix of accounts, users, places, residents, consents, imports. */
import type { GuardedRoute } from '../../../core/rest/rules.ts'
import {
  adminFound,
  adminListed,
  adminNamed,
  type Case,
  EVERYBODY,
  everybody,
  of,
  staffListed,
  staffNamed,
} from './case.ts'
import type { World } from './world.ts'

const SCRIPTS = EVERYBODY.replace(/display\S*/g, '')
  .replace(/ +/g, ' ')
  .trim()
const now = () => new Date().toISOString()
const usersNamed = of({ ok: 'admin platform', refused: 'admin-elsewhere' })
const usersFound = of({ ok: 'admin platform', hidden: 'admin-elsewhere' })
const onResident =
  (leaf: string, body: unknown = undefined) =>
  async ({ fresh }: World) => ({ path: `/residents/${await fresh.resident()}${leaf}`, body })
const file = { facility: 'sunny', kind: 'rooms', file: Buffer.from('unit,room\nEast,101\n').toString('base64') }

export const PEOPLE_CASES = {
  signOut: [{ ...everybody('/session'), alone: true }],
  me: [everybody('/me')],
  editMe: [everybody(() => ({ path: '/me', body: { language: 'ja' } }))],
  changePassword: [
    of({ ok: EVERYBODY, answers: 400 })(() => ({
      path: '/me/password',
      body: { current: 'not this one', next: 'another one entirely' },
    })),
  ],
  mySessions: [everybody('/me/sessions')],
  endMySession: [of({ ok: EVERYBODY, answers: 404 })('/me/sessions/00000000000000000000')],
  endMyOtherSessions: [everybody('/me/sessions')],
  myTokens: [of({ ok: SCRIPTS })('/me/tokens')],
  createMyToken: [
    of({ ok: SCRIPTS, answers: 400 })(() => ({ path: '/me/tokens', body: { name: 'script', scopes: [], days: 1 } })),
  ],
  revokeMyToken: [of({ ok: SCRIPTS, answers: 404 })('/me/tokens/none')],

  users: [
    of({ ok: 'admin platform', blind: 'admin-elsewhere' })(w => ({ path: '/users?limit=500', shows: `"${w.nurse}"` })),
  ],
  user: [usersFound(w => ({ path: `/users/${w.nurse}` }))],
  createUser: [
    usersNamed(({ fresh }) => ({
      path: '/users',
      body: { user: `made-${fresh.n()}`, role: 'staff', facilities: ['sunny'] },
    })),
    of({ ok: 'platform', refused: 'admin admin-elsewhere' })(({ fresh }) => ({
      path: '/users',
      body: { user: `made-${fresh.n()}`, role: 'steward', facilities: [] },
    })),
    of({ ok: 'platform', refused: 'admin admin-elsewhere' })(({ fresh }) => ({
      path: '/users',
      body: { user: `made-${fresh.n()}`, role: 'staff', facilities: ['sunny', 'cloudy'] },
    })),
  ],
  editUser: [
    usersFound(async ({ fresh }) => ({ path: `/users/${await fresh.user()}`, body: { facilities: ['sunny'] } })),
    of({ ok: 'platform', refused: 'admin admin-elsewhere' })(async ({ fresh }) => ({
      path: `/users/${await fresh.user(['sunny', 'cloudy'])}`,
      body: { disabled: true },
    })),
    of({ ok: 'platform', refused: 'admin', hidden: 'admin-elsewhere' })(async ({ fresh }) => ({
      path: `/users/${await fresh.user()}`,
      body: { facilities: ['sunny', 'cloudy'] },
    })),
  ],
  inviteUser: [
    usersFound(async ({ fresh }) => ({ path: `/users/${await fresh.user()}/invitation` })),
    of({ ok: 'platform', refused: 'admin admin-elsewhere' })(async ({ fresh }) => ({
      path: `/users/${await fresh.user(['sunny', 'cloudy'])}/invitation`,
    })),
  ],
  endUserSessions: [
    usersFound(async ({ fresh }) => ({ path: `/users/${await fresh.user()}/sessions` })),
    of({ ok: 'platform', refused: 'admin admin-elsewhere' })(async ({ fresh }) => ({
      path: `/users/${await fresh.user(['sunny', 'cloudy'])}/sessions`,
    })),
  ],

  facilities: [
    of({
      // Lifts has a device in sunny.
      ok: 'staff display admin maker maker-elsewhere steward auditor operator platform',
      blind: 'staff-elsewhere display-elsewhere admin-elsewhere',
    })(() => ({ path: '/facilities', shows: '"sunny"' })),
    of({
      ok: 'maker steward auditor operator platform',
      blind: 'staff display admin staff-elsewhere display-elsewhere admin-elsewhere maker-elsewhere',
    })(() => ({ path: '/facilities', shows: '"bench-mats"' })),
    of({
      ok: 'staff-elsewhere display-elsewhere admin-elsewhere maker steward auditor operator platform',
      blind: 'staff display admin maker-elsewhere',
    })(() => ({ path: '/facilities', shows: '"cloudy"' })),
  ],
  createFacility: [
    of({ ok: 'platform' })(({ fresh }) => ({
      path: '/facilities',
      body: { id: `house-${fresh.n()}`, name: 'House', zone: 'Asia/Tokyo' },
    })),
  ],
  renameFacility: [of({ ok: 'platform' })(() => ({ path: '/facilities/sunny', body: { name: 'Sunny House' } }))],
  board: [
    of({ ok: 'staff display admin', refused: 'staff-elsewhere display-elsewhere admin-elsewhere' })(
      '/facilities/sunny/board',
    ),
  ],
  rooms: [
    of({ ok: 'staff admin platform', refused: 'staff-elsewhere admin-elsewhere' })('/rooms?facility=sunny'),
    of({ ok: 'staff admin', blind: 'staff-elsewhere admin-elsewhere', otherwise: 'platform' })(w => ({
      path: '/rooms?limit=500',
      shows: w.room,
    })),
  ],
  createRoom: [
    adminNamed(({ fresh }) => ({
      path: '/rooms',
      body: { facility: 'sunny', label: `N${fresh.n()}`, unit: 'Matrix' },
    })),
  ],
  changeRoom: [adminFound(async ({ fresh }) => ({ path: `/rooms/${await fresh.room()}`, body: {} }))],
  units: [
    staffNamed('/units?facility=sunny'),
    staffListed(async ({ fresh }) => ({ path: '/units?limit=500', shows: await fresh.unit() })),
  ],
  createUnit: [adminNamed(({ fresh }) => ({ path: '/units', body: { facility: 'sunny', label: `N${fresh.n()}` } }))],
  changeUnit: [
    adminFound(async ({ fresh }) => ({ path: `/units/${await fresh.unit()}`, body: { label: `C${fresh.n()}` } })),
  ],
  beds: [
    staffNamed('/beds?facility=sunny'),
    staffListed(async ({ fresh }) => ({ path: '/beds?limit=500', shows: await fresh.bed() })),
  ],
  createBed: [
    adminNamed(async ({ fresh }) => ({
      path: '/beds',
      body: { facility: 'sunny', room: await fresh.room(), label: 'B' },
    })),
  ],
  changeBed: [adminFound(async ({ fresh }) => ({ path: `/beds/${await fresh.bed()}`, body: {} }))],
  arrange: [adminNamed(() => ({ path: '/facilities/sunny/layout', body: { units: [] } }))],
  placements: [
    adminNamed('/placements?facility=sunny'),
    adminListed(() => ({ path: '/placements?limit=500', shows: '"mat-1"' })),
  ],
  createPlacement: [
    adminNamed(async ({ fresh }) => ({
      path: '/placements',
      body: { facility: 'sunny', device: await fresh.device(), room: await fresh.room(), from: now() },
    })),
  ],

  residents: [
    adminNamed('/residents?facility=sunny'),
    adminListed(async w => ({ path: '/residents?limit=500', shows: await newest(w) })),
  ],
  residentIdentities: [
    adminNamed('/resident-identities?facility=sunny'),
    adminListed(async w => ({ path: '/resident-identities?limit=500', shows: await newest(w) })),
  ],
  resident: [adminFound(onResident(''))],
  createResident: [adminNamed(() => ({ path: '/residents', body: { facility: 'sunny' } }))],
  identifyResident: [adminFound(onResident('/identity', { name: 'x' }))],
  addCareLevel: [adminFound(onResident('/care-levels', { level: 'care_1', from: '2026-01-01' }))],
  addAbsence: [adminFound(onResident('/absences', { reason: 'home', from: now() }))],
  endAbsence: [
    adminFound(async ({ fresh }) => ({ path: `/absences/${await fresh.absence()}/end`, body: { at: now() } })),
  ],
  addStay: [
    adminFound(async ({ fresh }) => ({
      path: `/residents/${await fresh.resident()}/stays`,
      body: { room: await fresh.room(), from: now() },
    })),
  ],
  leaveResident: [adminFound(onResident('/leave', { at: now() }))],
  eraseResident: [
    adminFound(async ({ fresh }) => {
      const id = await fresh.resident()
      return { path: `/residents/${id}/erase`, body: { confirm: id } }
    }),
  ],
  consents: [
    adminNamed('/consents?facility=sunny'),
    adminListed(async ({ fresh }) => ({ path: '/consents?limit=500', shows: await fresh.consent() })),
  ],
  createConsent: [
    adminNamed(async ({ fresh }) => ({
      path: '/consents',
      body: { facility: 'sunny', resident: await fresh.resident(), purpose: 'device_evaluation', from: now() },
    })),
  ],
  withdrawConsent: [
    adminFound(async ({ fresh }) => ({ path: `/consents/${await fresh.consent()}/withdraw`, body: {} })),
  ],
  previewImport: [adminNamed(() => ({ path: '/imports/preview', body: file }))],
  applyImport: [adminNamed(() => ({ path: '/imports', body: { ...file, take: 'good' } }))],
} satisfies Partial<Record<GuardedRoute, readonly [Case, ...Case[]]>>

/** A resident of `sunny` on the first page. */
const newest = async ({ platform }: World): Promise<string> => {
  const [first] = await platform.registry.residents.list({ facilities: ['sunny'], limit: 1 })
  return first?.id ?? 'nobody'
}
