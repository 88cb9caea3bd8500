/** The simulator's command against a running all-in-one: enrols over HTTP once, replays, runs live, loads, and counts. */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Standalone, startStandalone } from './support/standalone.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A recording in the form of TIHM: two people, one impossible skin temperature. */
function writeRecording(folder: string): void {
  mkdirSync(join(folder, 'activity'), { recursive: true })
  const write = (file: string, ...lines: string[]) => writeFileSync(join(folder, file), `${lines.join('\n')}\n`)
  write(
    'Physiology.csv',
    'patient_id,date,device_type,value,unit',
    'aaaa1,2019-06-28 13:42:09,Body Temperature,36.072,Cel',
    'aaaa1,2019-06-29 08:00:00,Heart rate,71,beats/min',
    'bbbb2,2019-06-29 08:00:00,Skin Temperature,74.127,Cel',
  )
  write('activity/aaaa1.csv', 'id,location,date-time,date', 'aaaa1,front-door,2019-06-29 10:00:00,2019-06-29')
  write(
    'Sleep_nightly_aggregated.csv',
    'patient_id,window_start,mean_HR,HR_var,mean_RR,RR_var,WASO,SOL,TIB,TST,SE,snoring_counts,agitation',
    'aaaa1,2019-06-29 18:00:00,59.6,8.5,15.3,1.2,30,14,480,400,83.3,0.0,0.0',
  )
}

describe('npm run sim', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-sim-'))
  let platform: Standalone

  beforeAll(async () => {
    writeRecording(join(folder, 'recording'))
    platform = await startStandalone()
  })
  afterAll(async () => {
    await platform?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  async function sim(...args: string[]): Promise<{ status: number | null; stdout: string; stderr: string }> {
    const to = ['--server', platform.url, '--url', `mqtt://127.0.0.1:${platform.mqttPort}`]
    const child = spawn(process.execPath, ['--import', 'tsx', 'device-sim/main.ts', ...to, ...args], { cwd: root })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', chunk => (stdout += chunk))
    child.stderr.on('data', chunk => (stderr += chunk))
    const status = await new Promise<number | null>(done => child.once('exit', done))
    return { status, stdout, stderr }
  }
  const countOf = async (path: string): Promise<number> => {
    const admin = await platform.signIn('admin@demo')
    return (await admin.get<{ items: unknown[] }>(`${path}?limit=500`)).body.items.length
  }
  const registry = () => Promise.all(['/devices', '/residents', '/consents', '/placements'].map(countOf))
  const recording = () => ['--demo', platform.dataDir, '--replay', join(folder, 'recording')]

  test('a recording is enrolled and played, and its impossible value refused by name', async () => {
    const before = await registry()
    const { status, stdout, stderr } = await sim(...recording())
    expect(stderr).toContain('refused: tihm-bbbb2-vitals seq 0 out_of_range skin_temp')
    expect(stdout).toBe('published 5, acknowledged 5, refused 1\n')
    expect(status).toBe(0)
    const added = (await registry()).map((count, i) => count - (before[i] ?? 0))
    expect(added).toEqual([4, 2, 2, 4])
  })

  test('nothing is enrolled or stored twice when it is played again', async () => {
    const before = await registry()
    const { status, stdout } = await sim(...recording())
    expect(stdout).toContain('acknowledged 5')
    expect(status).toBe(0)
    expect(await registry()).toEqual(before)
    const admin = await platform.signIn('admin@demo')
    const csv = await admin.raw(
      `/api/v1/devices/tihm-aaaa1-vitals/readings.csv?facility=demo&metric=pulse&from=2000-01-01T00:00:00Z&to=2090-01-01T00:00:00Z`,
    )
    expect((await csv.text()).trim().split('\n')).toHaveLength(2)
  })

  test('a lost state file is named, not worked around', async () => {
    const file = join(platform.dataDir, 'sim-demo.enrolled.json')
    expect(statSync(file).mode & 0o077).toBe(0)
    const kept = readFileSync(file)
    rmSync(file)
    const { status, stderr } = await sim(...recording())
    expect(status).toBe(1)
    expect(stderr).toMatch(/tihm-aaaa1-vitals exists, but its password is not in/)
    writeFileSync(file, kept, { mode: 0o600 })
  })

  test('a period is filled in, then live devices and a load run, all acknowledged', async () => {
    const token = join(folder, 'token.json')
    const accounts: { user: string }[] = JSON.parse(readFileSync(join(platform.dataDir, 'demo-accounts.json'), 'utf8'))
    const { user, password } = accounts.find(account => account.user === 'admin@demo') as Record<string, string>
    writeFileSync(token, JSON.stringify({ user, password }))
    const mine = ['--token-file', token, '--credentials', join(folder, 'devices.json'), '--devices', '9', '--seed', 'x']
    for (const how of [
      ['--duration', '2h', '--speed', 'max'],
      ['--duration', '1s'],
      ['--duration', '2s', '--rate', '100'],
    ]) {
      const { status, stdout, stderr } = await sim(...mine, ...how)
      expect(status, stderr).toBe(0)
      const [, published, acknowledged, refused] =
        /published (\S+), acknowledged (\S+), refused (\S+)/.exec(stdout) ?? []
      expect(Number(published?.replace(',', ''))).toBeGreaterThan(how.includes('--rate') ? 100 : 1)
      expect(acknowledged).toBe(published)
      expect(refused).toBe('0')
    }
  })

  test('a wrong sign-in ends with 1 and one line', async () => {
    const token = join(folder, 'wrong.json')
    writeFileSync(token, JSON.stringify({ user: 'admin@demo', password: 'wrong' }))
    const { status, stderr } = await sim('--token-file', token, '--credentials', join(folder, 'none.json'))
    expect(status).toBe(1)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).toContain('401')
  })
})
