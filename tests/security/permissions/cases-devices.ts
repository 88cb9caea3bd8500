/** The matrix of devices (placed in a facility, or on a bench), their credentials, swaps, and the ledgers. */
import type { GuardedRoute } from '../../../core/rest/rules.ts'
import { type Case, of, staffFound, staffNamed } from './case.ts'
import { PAYLOADS, STRANGER, type World } from './world.ts'

const now = () => new Date().toISOString()
const HOUR_MS = 3_600_000
const hour = `from=${encodeURIComponent(new Date(Date.now() - HOUR_MS).toISOString())}&to=${encodeURIComponent(now())}`
const OTHERS = 'staff-elsewhere admin-elsewhere maker-elsewhere'

/** A device of `mats` that stands in `sunny`, and one on its bench. */
const deviceInHouse = of({ ok: 'staff admin maker', hidden: OTHERS })
const deviceOnBench = of({ ok: 'maker', hidden: `staff admin ${OTHERS}` })
const valuesInHouse = of({ ok: 'staff admin', refused: 'maker', hidden: OTHERS })
const enrolledInHouse = of({ ok: 'admin platform', refused: 'maker', hidden: 'admin-elsewhere maker-elsewhere' })
const enrolledOnBench = of({ ok: 'maker platform', hidden: 'admin admin-elsewhere maker-elsewhere' })
/** As an administrator enrols it. */
const credentialOf =
  (leaf: string, body: (username: string) => unknown, facility = 'sunny') =>
  async ({ platform, fresh }: World) => {
    const device = await fresh.device(facility)
    const owner = await platform.as('platform')
    const path = `/devices/${device}/credentials?facility=${facility}`
    const made = await owner.post(path, { overlap_s: 0 })
    return { path: path.replace('/credentials', leaf), body: body(made.body.username) }
  }
const rotate = credentialOf.bind(null, '/credentials', () => ({ overlap_s: 60 }))
const revoke = credentialOf.bind(null, '/credentials/revoke', username => ({ username }))
const setHub = credentialOf.bind(null, '/hub', () => ({ devices: [] }))

const LEDGER_OTHERS = 'staff-elsewhere admin-elsewhere maker maker-elsewhere'
const BENCH_OTHERS = 'admin admin-elsewhere maker-elsewhere'
const keptInHouse = of({ ok: 'admin auditor operator', refused: 'admin-elsewhere maker maker-elsewhere' })
const keptOnBench = of({ ok: 'maker auditor operator', refused: BENCH_OTHERS })
const payloadInHouse = of({
  ...{ ok: 'admin', blind: 'auditor operator', refused: 'admin-elsewhere maker maker-elsewhere' },
  part: 'payloads',
})
/** In `cloudy`, where `lifts` has nothing. */
const technical = of({
  ok: 'staff-elsewhere admin-elsewhere maker auditor operator',
  refused: 'staff admin maker-elsewhere',
})
const hoursInHouse = of({
  ...{ ok: 'staff-elsewhere admin-elsewhere auditor operator', blind: 'maker', refused: 'staff admin maker-elsewhere' },
  part: 'hours',
})
const technicalOnBench = of({ ok: 'maker auditor operator', refused: `staff staff-elsewhere ${BENCH_OTHERS}` })
const operated = of({ ok: 'admin operator', refused: 'admin-elsewhere' })
const lately = `from=${encodeURIComponent(new Date(Date.now() - 4 * 24 * HOUR_MS).toISOString())}`

export const DEVICE_CASES = {
  deviceTypes: [
    of({
      ok: 'staff display admin maker steward auditor operator platform staff-elsewhere display-elsewhere admin-elsewhere maker-elsewhere',
    })('/device-types'),
  ],
  devices: [
    of({ ok: 'staff admin maker', blind: 'maker-elsewhere', refused: 'staff-elsewhere admin-elsewhere' })(() => ({
      path: '/devices?facility=sunny&limit=500',
      shows: '"mat-1"',
    })),
    of({ ok: 'staff admin maker', blind: OTHERS })(() => ({ path: '/devices?limit=500', shows: '"mat-1"' })),
    of({ ok: 'maker', blind: `staff admin ${OTHERS}` })(() => ({ path: '/devices?limit=500', shows: '"mat-b"' })),
    of({
      ok: 'staff admin',
      blind: 'maker maker-elsewhere',
      refused: 'staff-elsewhere admin-elsewhere',
      part: 'values',
    })(w => ({ path: '/devices?facility=sunny&limit=500', shows: w.room })),
  ],
  device: [
    deviceInHouse('/devices/mat-1?facility=sunny'),
    deviceInHouse('/devices/mat-1'),
    deviceOnBench('/devices/mat-b'),
    of({ ok: 'staff admin', blind: 'maker', hidden: OTHERS, part: 'values' })(w => ({
      path: '/devices/mat-1',
      shows: w.room,
    })),
    of({ ok: 'staff admin', blind: 'maker', hidden: OTHERS, part: 'values' })(() => ({
      path: '/devices/mat-1',
      shows: '"newest"',
    })),
    of({ ok: 'maker', hidden: `staff admin ${OTHERS}`, part: 'values' })(() => ({
      path: '/devices/mat-b',
      shows: '"newest"',
    })),
  ],
  deviceFirmware: [
    deviceInHouse('/devices/mat-1/firmware?facility=sunny'),
    deviceInHouse('/devices/mat-1/firmware'),
    deviceOnBench('/devices/mat-b/firmware'),
    // The day it was seen is for its maker too, the moment is not.
    of({ ok: 'staff admin', blind: 'maker', hidden: OTHERS, part: 'values' })(async ({ platform }) => {
      await platform.registry.deviceHistory.sawFirmware('sunny', 'mat-1', '9.9', Date.parse('2026-01-01T00:11:12.000Z'))
      return { path: '/devices/mat-1/firmware', shows: ':11:12' }
    }),
  ],
  calibrations: [
    deviceInHouse('/devices/mat-1/calibrations?facility=sunny'),
    deviceInHouse('/devices/mat-1/calibrations'),
    deviceOnBench('/devices/mat-b/calibrations'),
  ],
  addCalibration: [
    of({ ok: 'admin', refused: 'maker', hidden: 'admin-elsewhere maker-elsewhere' })(() => ({
      path: '/devices/mat-1/calibrations',
      body: { facility: 'sunny', at: now(), laboratory: 'x', result: 'passed' },
    })),
    of({ ok: 'maker', hidden: 'admin admin-elsewhere maker-elsewhere' })(() => ({
      path: '/devices/mat-b/calibrations',
      body: { facility: 'bench-mats', at: now(), laboratory: 'x', result: 'passed' },
    })),
  ],
  readings: [
    valuesInHouse(`/devices/mat-1/readings?facility=sunny&metric=heart_rate&${hour}`),
    valuesInHouse(`/devices/mat-1/readings?metric=heart_rate&${hour}`),
    deviceOnBench(`/devices/mat-b/readings?metric=heart_rate&${hour}`),
  ],
  readingsCsv: [
    valuesInHouse(`/devices/mat-1/readings.csv?facility=sunny&metric=heart_rate&${hour}`),
    valuesInHouse(`/devices/mat-1/readings.csv?metric=heart_rate&${hour}`),
    deviceOnBench(`/devices/mat-b/readings.csv?metric=heart_rate&${hour}`),
  ],
  deviceEvents: [
    valuesInHouse('/devices/mat-1/events?facility=sunny'),
    valuesInHouse('/devices/mat-1/events'),
    deviceOnBench('/devices/mat-b/events'),
  ],
  createDevice: [
    of({ ok: 'admin platform', refused: 'admin-elsewhere maker maker-elsewhere' })(({ fresh }) => ({
      path: '/devices',
      body: { facility: 'sunny', id: `made-${fresh.n()}`, profile: 'bed.sleep_mat', maker: 'mats' },
    })),
    of({ ok: 'maker platform', refused: BENCH_OTHERS })(({ fresh }) => ({
      path: '/devices',
      body: { facility: 'bench-mats', id: `made-${fresh.n()}`, profile: 'bed.sleep_mat', maker: 'mats' },
    })),
  ],
  deviceAccess: [
    enrolledInHouse('/devices/mat-1/credentials?facility=sunny'),
    enrolledInHouse('/devices/mat-1/credentials'),
    enrolledOnBench('/devices/mat-b/credentials'),
  ],
  rotateCredential: [enrolledInHouse(rotate()), enrolledOnBench(rotate('bench-mats'))],
  revokeCredentials: [enrolledInHouse(revoke()), enrolledOnBench(revoke('bench-mats'))],
  setHub: [enrolledInHouse(setHub()), enrolledOnBench(setHub('bench-mats'))],
  knocks: [
    of({ ok: 'admin platform', refused: 'admin-elsewhere maker maker-elsewhere' })('/knocks?facility=sunny'),
    of({ ok: 'admin platform', blind: 'admin-elsewhere maker maker-elsewhere' })(() => ({
      path: '/knocks',
      shows: '"sunny.knocks-here"',
    })),
    of({ ok: 'platform', blind: 'admin admin-elsewhere maker maker-elsewhere', part: 'strangers' })(() => ({
      path: '/knocks',
      shows: STRANGER,
    })),
  ],
  createSwap: [
    staffNamed(async ({ platform, fresh }) => {
      const [gone, come] = [await fresh.device(), await fresh.device()]
      const admin = await platform.as('admin')
      const from = new Date(Date.now() - HOUR_MS).toISOString()
      await admin.post('/placements', { facility: 'sunny', device: gone, room: await fresh.room(), from })
      return { path: '/swaps', body: { facility: 'sunny', gone, come } }
    }),
  ],
  undoSwap: [staffFound(async ({ fresh }) => ({ path: `/swaps/${await fresh.swap()}/undo` }))],

  ledger: [
    of({ ok: 'staff admin auditor operator', refused: LEDGER_OTHERS })('/ledger?facility=sunny'),
    technicalOnBench('/ledger?facility=bench-mats'),
    of({ ok: 'admin auditor operator', refused: `staff ${LEDGER_OTHERS}`, part: 'recount' })(
      '/ledger?facility=sunny&recount=true',
    ),
  ],
  ledgerDevices: [
    technical('/ledger/devices?facility=cloudy'),
    technicalOnBench('/ledger/devices?facility=bench-mats'),
    hoursInHouse(() => ({ path: '/ledger/devices?facility=cloudy', shows: '"hours":[' })),
  ],
  rejections: [
    keptInHouse('/rejections?facility=sunny'),
    keptOnBench('/rejections?facility=bench-mats'),
    payloadInHouse(() => ({ path: '/rejections?facility=sunny', shows: PAYLOADS.rejection })),
    of({ ok: 'maker', blind: 'auditor operator', refused: BENCH_OTHERS, part: 'payloads' })(() => ({
      path: '/rejections?facility=bench-mats',
      shows: PAYLOADS.rejection,
    })),
  ],
  rejectionCounts: [
    technical('/rejections/counts?facility=cloudy'),
    technicalOnBench('/rejections/counts?facility=bench-mats'),
    of({
      ...{ ok: 'staff-elsewhere admin-elsewhere auditor operator', otherwise: 'maker' },
      refused: 'staff admin maker-elsewhere',
      part: 'hours',
      // A maker cannot narrow them to a device or a time.
    })(() => ({ path: `/rejections/counts?facility=cloudy&device=mat-9&${lately}`, shows: '"device":"mat-9"' })),
  ],
  conflicts: [
    keptInHouse('/conflicts?facility=sunny'),
    keptOnBench('/conflicts?facility=bench-mats'),
    payloadInHouse(() => ({ path: '/conflicts?facility=sunny', shows: PAYLOADS.conflict })),
  ],
  deadLetters: [keptInHouse('/dead-letters?facility=sunny'), keptOnBench('/dead-letters?facility=bench-mats')],
  retention: [
    of({ ok: 'admin operator auditor', refused: 'admin-elsewhere' })('/retention?facility=sunny'),
    of({ ok: 'admin operator auditor', blind: 'admin-elsewhere' })(() => ({ path: '/retention', shows: '"sunny"' })),
  ],
  setRetention: [operated(() => ({ path: '/facilities/sunny/retention', body: { days: null } }))],
  previewRetention: [operated('/facilities/sunny/retention/preview?days=3650')],
  // Nothing is set and nothing is under way.
  runRetention: [{ ...operated('/facilities/sunny/retention/run'), answers: 409 }],
  cancelRetention: [{ ...operated('/facilities/sunny/retention/cancel'), answers: 409 }],
  replayDeadLetters: [
    of({ ok: 'admin operator', refused: 'admin-elsewhere' })(() => ({
      path: '/dead-letters/replay',
      body: { facility: 'sunny' },
    })),
  ],
} satisfies Partial<Record<GuardedRoute, readonly [Case, ...Case[]]>>
