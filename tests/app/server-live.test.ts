// The live part over real sockets and a real broker: snapshot, frames, events, who may watch, and what ends a socket.
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type Frame, freshnessFromFlags, stateFromIndex } from '../../core/live.ts'
import { facilityTopic } from '../../core/topics.ts'
import { type Client, clientOf, eventually, f, PASSWORD, type Platform, startPlatform } from '../server/platform.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'

describeWith(mosquitto, 'the live board', () => {
  let platform: Platform
  const sockets: Socket[] = []
  beforeAll(async () => {
    platform = await startPlatform()
  })
  afterAll(() => platform?.stop())
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect()
  })

  const connect = (client: Client | null, headers: Record<string, string> = {}) =>
    new Promise<Socket>((resolve, reject) => {
      const socket = io(`${platform.url}/live`, {
        transports: ['websocket'],
        extraHeaders: { ...(client ? { cookie: client.cookie } : {}), ...headers },
        reconnection: false,
        forceNew: true,
      })
      sockets.push(socket)
      socket.once('connect', () => resolve(socket))
      socket.once('connect_error', reject)
    })
  const watch = (socket: Socket, facility: unknown): Promise<boolean> =>
    socket.timeout(5000).emitWithAck('watch', facility)
  const nextFrame = (socket: Socket) => new Promise<Frame>(resolve => socket.once('f', resolve))

  const device = (id: string, heartRate: number, at = Date.now(), more: object = {}) => ({
    id,
    freshness: 'fresh',
    online: true,
    heard: at,
    fw: '1.0',
    battery: 80,
    rssi: -50,
    skew_ms: null,
    newest: { heart_rate: { v: heartRate, at, since: at }, bed_state: { v: 'asleep', at, since: at } },
    ...more,
  })
  const place = (room: string | undefined, state: string, since = Date.now()) => ({
    id: room,
    state,
    since,
    freshness: 'fresh',
  })
  const publish = (message: object) => platform.publishLive('sunny', message as never)

  it('shows in snapshot and frames what the gateway says, room by room', async () => {
    const staff = await platform.as('staff')
    const empty = (await staff.get('/facilities/sunny/board')).body
    expect(empty.rooms.map((room: { label: string; state: string }) => [room.label, room.state])).toEqual([
      ['101', 'not_installed'],
      ['102', 'not_installed'],
      ['103', 'not_installed'],
    ])
    expect(empty.feedAgeMs).toBeNull()
    expect(empty.layout.metrics.map((metric: { name: string }) => metric.name)).toEqual([
      'heart_rate',
      'resp_rate',
      'activity',
    ])
    expect(empty.layout.columns).toEqual([
      'index',
      'state',
      'flags',
      'since',
      'heart_rate',
      'resp_rate',
      'activity',
      'age',
    ])

    const since = Date.now() - 60_000
    await publish({
      full: true,
      devices: [device('mat-1', 61.4), device('mat-2', 75, Date.now(), { battery: 4 })],
      places: [place(platform.rooms[0], 'asleep', since), place(platform.rooms[1], 'out_of_bed')],
    })
    const board = await eventually(async () => {
      const { body } = await staff.get('/facilities/sunny/board')
      return body.feedAgeMs !== null && body
    })
    expect(board.rooms[0]).toMatchObject({
      state: 'asleep',
      freshness: 'fresh',
      battery_low: false,
      alarm: null,
      devices: ['mat-1'],
    })
    expect(board.rooms[0].values.heart_rate).toMatchObject({
      value: 61,
      unit: '/min',
      freshness: 'fresh',
      device: 'mat-1',
    })
    expect(board.rooms[0].since).toMatch(/\+09:00$/)
    expect(board.rooms[1]).toMatchObject({ state: 'out_of_bed', battery_low: true })
    expect(board.rooms[2]).toMatchObject({ state: 'not_installed', freshness: 'never', values: {} })
    expect(board.rooms[0].recent_states).toHaveLength(30)

    const socket = await connect(staff)
    expect(await watch(socket, 'sunny')).toBe(true)
    const [seq, serverMs, alarmSeq, version, feedAgeMs, rooms] = await nextFrame(socket)
    expect(seq).toBeGreaterThan(board.frameSeq - 1)
    expect(Math.abs(serverMs - Date.now())).toBeLessThan(5000)
    expect([alarmSeq, version]).toEqual([0, board.layout.version])
    expect(feedAgeMs).toBeLessThan(10_000)
    const [index, state, flags, sinceS, heartRate, breath, motion, ageS] = rooms[0] ?? []
    expect([index, stateFromIndex(state as number), freshnessFromFlags(flags as number), sinceS]).toEqual([
      0,
      'asleep',
      'fresh',
      Math.floor(since / 1000),
    ])
    expect([heartRate, breath, motion]).toEqual([61, null, null])
    expect(ageS).toBeLessThan(10)
    const next = await nextFrame(socket)
    expect(next[0]).toBe(seq + 1)
  })

  it('sends events as they come, with their room, and keeps them for the next snapshot', async () => {
    const staff = await platform.as('staff')
    await staff.get('/facilities/sunny/board')
    const socket = await connect(staff)
    await watch(socket, 'sunny')
    const came = new Promise(resolve => socket.once('e', resolve))
    const at = Date.now()
    const event = {
      device: 'mat-1',
      place: platform.rooms[0],
      event: 'bed_exit',
      attributes: {},
      boot: 'b',
      seq: 1,
      at,
      rx: at,
      late: false,
    }
    await publish({ events: [event] })
    const expected = {
      room: platform.rooms[0],
      device: 'mat-1',
      profile: 'bed.sleep_mat',
      event: 'bed_exit',
      late: false,
    }
    expect(await came).toMatchObject(expected)
    expect((await staff.get('/facilities/sunny/board')).body.events[0]).toMatchObject(expected)

    await publish({ events: [{ ...event, seq: 2, at: at - 3_600_000, late: true }] })
    const lateness = async () =>
      (await staff.get('/facilities/sunny/board')).body.events.slice(0, 2).map((e: { late: boolean }) => e.late)
    await expect.poll(lateness, { timeout: 5_000 }).toEqual([false, true])
  })

  it('makes the board stale when the gateway falls silent', async () => {
    let nowMs = Date.now()
    const other = await startPlatform({ clock: () => nowMs })
    try {
      const staff = await other.as('staff')
      await other.publishLive('sunny', {
        full: true,
        devices: [device('mat-1', 60) as never],
        places: [place(other.rooms[0], 'asleep') as never],
      })
      const look = async () => (await staff.get('/facilities/sunny/board')).body
      await eventually(async () => (await look()).feedAgeMs !== null)
      expect((await look()).rooms[0].freshness).toBe('fresh')
      nowMs += 11_000
      expect((await look()).rooms[0].freshness).toBe('stale')
      nowMs += 180_000
      const board = await look()
      expect(board.rooms[0].freshness).toBe('lost')
      expect(board.feedAgeMs).toBeGreaterThan(190_000)
      expect(board.rooms[0].values.heart_rate.freshness).toBe('ageing')
    } finally {
      await other.stop()
    }
  })

  it('ages a retained heartbeat from when it was sent, so that an old one never looks live', async () => {
    const topic = facilityTopic('cloudy', 'gateway')
    const heartbeat = {
      v: 1,
      instance: 'g',
      state: 'online',
      at: Date.now() - 3_600_000,
      version: '0',
      totals: null,
      spool_bytes: 0,
    }
    await platform.broker.publishAsync(topic, JSON.stringify(heartbeat), { qos: 1, retain: true })
    const staff = await platform.as('staff-elsewhere')
    const age = await eventually(async () => (await staff.get('/facilities/cloudy/board')).body.feedAgeMs)
    expect(age).toBeGreaterThan(3_590_000)
  })

  it('drops what it cannot read from a gateway and goes on', async () => {
    await platform.broker.publishAsync(facilityTopic('sunny', 'live'), 'no json')
    await platform.broker.publishAsync(facilityTopic('sunny', 'live'), '{"v":2}')
    await publish({ devices: [device('mat-1', 99)] })
    const staff = await platform.as('staff')
    await eventually(
      async () => (await staff.get('/facilities/sunny/board')).body.rooms[0].values.heart_rate?.value === 99,
    )
    expect(await (await fetch(`${platform.url}/metrics`)).text()).toContain(
      'mimamori_live_messages_refused_total{topic="live"} 2',
    )
  })

  it('tells watchers to fetch the layout again when a room is added', async () => {
    const socket = await connect(await platform.as('staff'))
    await watch(socket, 'sunny')
    const before = (await nextFrame(socket))[3]
    const told = new Promise<number>(resolve => socket.once('layout', resolve))
    const admin = await platform.as('admin')
    expect((await admin.post('/rooms', { facility: 'sunny', label: '104', unit: 'East' })).status).toBe(201)
    const version = await told
    expect(version).not.toBe(before)
    expect((await admin.get('/facilities/sunny/board')).body.layout.version).toBe(version)
  })

  it('publishes the registry for gateways, without anybody in it', async () => {
    const topic = facilityTopic('sunny', 'registry')
    const messages: { version: number; devices: { id: string; place: string | null }[] }[] = []
    platform.broker.on('message', (t, payload) => void (t === topic && messages.push(JSON.parse(payload.toString()))))
    await platform.broker.subscribeAsync(topic, { qos: 1 })
    await eventually(async () => messages.length > 0)
    const admin = await platform.as('admin')
    const device = { facility: 'sunny', id: 'mat-3', profile: 'bed.sleep_mat', maker: 'mats' }
    const credential = (await admin.post('/devices', device)).body
    expect(credential).toMatchObject({ client_id: 'sunny.mat-3' })
    await eventually(async () => messages.at(-1)?.devices.some(({ id }) => id === 'mat-3'))
    expect(JSON.stringify(messages)).not.toMatch(new RegExp(`Sunny House|${credential.password}`))
    await admin.post('/placements', {
      facility: 'sunny',
      device: 'mat-3',
      room: platform.rooms[2],
      from: new Date().toISOString(),
    })
    await eventually(async () => messages.at(-1)?.devices.find(({ id }) => id === 'mat-3')?.place === platform.rooms[2])
  })

  it.each([
    ['nobody', null],
    ['a session that does not exist', 'mimamori_session=none'],
  ])('refuses a socket of %s', async (_, cookie) => {
    await expect(connect(cookie === null ? null : clientOf(() => platform.url, cookie))).rejects.toThrow(
      'not_signed_in',
    )
  })

  it('refuses a socket that another site opens', async () => {
    await expect(connect(await platform.as('staff'), { origin: 'https://evil.example' })).rejects.toThrow()
  })

  it.each([
    'maker',
    'steward',
    'auditor',
    'operator',
    'platform',
    'staff-elsewhere',
    'display-elsewhere',
    'admin-elsewhere',
  ])('shows %s no frame and no event of a facility that is not theirs', async person => {
    const socket = await connect(await platform.as(person))
    const heard: unknown[] = []
    socket.onAny((...message) => heard.push(message))
    for (const wanted of ['sunny', 'SUNNY', '', null, { facility: 'sunny' }, ['sunny']])
      expect(await watch(socket, wanted)).toBe(false)
    const witness = await connect(await platform.as('display'))
    await watch(witness, 'sunny')
    const at = Date.now()
    await publish({
      events: [
        { device: 'mat-1', place: null, event: 'bed_exit', attributes: {}, boot: 'b', seq: 2, at, rx: at, late: false },
      ],
    })
    await new Promise(resolve => witness.once('e', resolve))
    await nextFrame(witness)
    expect(heard).toEqual([])
  })

  it('closes the sockets of a session at once when it ends', async () => {
    const answer = await (await platform.as(null)).post('/session', { user: 'staff', password: PASSWORD })
    const client = clientOf(() => platform.url, answer.headers.get('set-cookie')?.split(';')[0] ?? '')
    const socket = await connect(client)
    const closed = new Promise(resolve => socket.once('disconnect', resolve))
    await client.call('DELETE', '/session')
    const tooLate = new Promise((_, reject) => setTimeout(() => reject(new Error('still open after 3 s')), 3_000))
    await Promise.race([closed, tooLate])
  })

  it('refuses long polling and any other namespace', async () => {
    expect((await fetch(`${platform.url}/socket.io/?EIO=4&transport=polling`)).status).toBe(400)
    const socket = io(platform.url, { transports: ['websocket'], reconnection: false, forceNew: true })
    sockets.push(socket)
    await new Promise(resolve => socket.once('connect_error', resolve))
  })

  it('fills the last half hour from the store when it has just started', async () => {
    const nowMs = Date.now()
    const facility = f('sunny')
    const base = { facility, device: 'mat-1', profile: 'bed.sleep_mat', boot: 'past', bootChanged: false, marks: [] }
    const rows = Array.from({ length: 20 }, (_, i) => {
      const at = Math.floor(nowMs / 60_000) * 60_000 - (20 - i) * 60_000 + 1000
      const values = { heart_rate: 50 + i, ...(i === 0 ? { bed_state: 'asleep' } : {}) }
      return {
        ...base,
        kind: 'telemetry',
        key: BigInt(at) * 1_000_000n,
        rx: at,
        seq: i,
        position: i + 1,
        values,
      } as never
    })
    await platform.telemetry.sink.write(rows, 21)
    await platform.restart()
    const staff = await platform.as('staff')
    const room = await eventually(async () => {
      const { rooms } = (await staff.get('/facilities/sunny/board')).body
      return rooms[0].recent_values.some((value: number | null) => value !== null) && rooms[0]
    })
    const values = room.recent_values.filter((value: number | null) => value !== null)
    expect(values).toEqual(Array.from({ length: 20 }, (_, i) => 50 + i))
    const states = room.recent_states.filter((state: number | null) => state !== null)
    // A minute may have passed meanwhile; the state holds on.
    expect(states.length).toBeGreaterThanOrEqual(20)
    expect(new Set(states.map(stateFromIndex))).toEqual(new Set(['asleep']))
  })
})
