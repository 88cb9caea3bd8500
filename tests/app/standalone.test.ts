/** `npm start` as its user meets it: the board, the printed line, a refusal that comes back, a restart that keeps everything. */
import { spawnSync } from 'node:child_process'
import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { profiles } from '../../core/profiles/index.ts'
import type { Board } from '../../core/rest/board.ts'
import { deviceTopic } from '../../core/topics.ts'
import { describeWith, findExecutable, type Program } from '../servers/find.ts'
import { type Standalone, startStandalone } from './support/standalone.ts'
import { until } from './support/until.ts'

const mosquittoClients: Program = {
  name: 'mosquitto_pub',
  install: 'install the package mosquitto-clients',
  find: () => findExecutable('MOSQUITTO_PUB_BIN', ['mosquitto_pub']),
}
let platform: Standalone
beforeAll(async () => {
  platform = await startStandalone()
})
afterAll(() => platform?.stop())

const board = async (): Promise<Board> => {
  const staff = await platform.signIn('staff@demo')
  return (await staff.get<Board>('/facilities/demo/board')).body
}

test('the board shows 24 rooms in two units, and simulated rooms come alive', async () => {
  const { rooms } = await until(
    'most rooms known',
    async () => {
      const now = await board()
      return now.rooms.filter(room => !['not_installed', 'unclear', 'stale'].includes(room.state)).length >= 15 && now
    },
    60_000,
  )
  expect(rooms).toHaveLength(24)
  expect(new Set(rooms.map(room => room.unit)).size).toBe(2)
})

test('a device of each profile is there, and one spare of each', () => {
  const devices = platform.devices()
  for (const { id: profile } of profiles) {
    expect(devices.some(device => device.profile === profile && !device.spare)).toBe(true)
    expect(devices.filter(device => device.profile === profile && device.spare)).toHaveLength(1)
  }
})

describeWith(mosquittoClients, 'the printed line', () => {
  test('pasted, it appears on the board; pasted again, once more', async () => {
    const line = platform.publishLine()
    const spare = /-i demo\.(\S+)/.exec(line)?.[1]
    const staff = await platform.signIn('staff@demo')
    const heart = async () => {
      const { body } = await staff.get<Board>('/facilities/demo/board')
      return body.rooms.find(room => room.devices.some(device => device === spare))?.values.heart_rate
    }
    expect(await heart()).toBeUndefined()
    for (let paste = 0; paste < 2; paste++) {
      const before = (await heart())?.measured_at
      await until(
        'another second, for another ts',
        () => Math.floor(Date.now() / 1000) * 1000 > Date.parse(before ?? '2000-01-01T00:00:00Z'),
      )
      const started = Date.now()
      const result = spawnSync('bash', ['-c', line], { encoding: 'utf8' })
      expect(result.stderr).toBe('')
      expect(result.status).toBe(0)
      const shown = await until('value on the board', async () => {
        const value = await heart()
        return value && value.measured_at !== before && value
      })
      console.log(`printed line → board: ${Date.now() - started} ms`)
      expect(shown).toMatchObject({ value: 72, freshness: 'fresh' })
    }
  })
})

test('a wrong payload is refused with a reason that its publisher receives', async () => {
  const spare = platform.devices().find(device => device.spare && device.profile === 'vital.spot_set')
  if (!spare) throw new Error('no spare vital set')
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
    clientId: spare.client_id,
    username: spare.username,
    password: spare.password,
    protocolVersion: 4,
  })
  const answers: { reason: string; fields?: string[] }[] = []
  client.on('message', (_topic, payload) => answers.push(JSON.parse(payload.toString())))
  await client.subscribeAsync(deviceTopic('demo', spare.device, 'rejected'), { qos: 1 })
  const publish = (payload: string) =>
    client.publishAsync(deviceTopic('demo', spare.device, 'telemetry'), payload, { qos: 1 })
  await publish('{"v":1,')
  await publish(JSON.stringify({ v: 1, boot: 'x', seq: 0, ts: Date.now(), metrics: { body_temp: 74.127 } }))
  await publish(JSON.stringify({ v: 2, boot: 'x', seq: 1, ts: Date.now(), metrics: { body_temp: 36.6 } }))
  await until('three answers', () => answers.length >= 3)
  expect(answers.map(answer => answer.reason)).toEqual(['not_json', 'out_of_range', 'version'])
  expect(answers[1]?.fields).toEqual(['body_temp'])
  await client.endAsync()
})

test('a second process on the same folder says why it cannot start', async () => {
  await expect(startStandalone({ dataDir: platform.dataDir })).rejects.toThrow(/another|locked|in use/i)
})

test('everything is still there after a restart, and passwords are not printed again', async () => {
  const kept = await startStandalone()
  const devices = kept.devices()
  await kept.kill()
  const again = await startStandalone({ dataDir: kept.dataDir })
  try {
    expect(again.devices()).toEqual(devices)
    const staff = await again.signIn('staff@demo')
    expect((await staff.get<Board>('/facilities/demo/board')).body.rooms).toHaveLength(24)
    expect(again.output()).toContain('demo-accounts.json')
  } finally {
    expect(await again.stop()).toBe(0)
    await kept.stop()
  }
})
