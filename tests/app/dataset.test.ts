/** From recorded people to a checked package: replay, request, two approvals, download, verify, and every way to spoil it. */
import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Dataset, DatasetRequest } from '../../core/rest/datasets.ts'
import type { Facility } from '../../core/rest/places.ts'
import type { Api } from './support/api.ts'
import { type Standalone, startStandalone } from './support/standalone.ts'
import { until } from './support/until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const recordings = process.env.RECORDINGS_DIR ?? join(root, '../shared/recordings')
const tihm = join(recordings, 'tihm')
const missing = !existsSync(tihm)
if (missing && process.env.CI === 'true') throw new Error(`the TIHM recording is not at ${tihm}`)
const suite = missing ? describe.skip : describe
const DAY_MS = 86_400_000

/** Not held up by it, this process notices which of its connections the server has closed meanwhile. */
const verify = (file: string, ...key: string[]): Promise<{ status: number; output: string }> =>
  new Promise(resolve => {
    const args = ['--import', 'tsx', 'server/export/verify/main.ts', file, ...key]
    const child = execFile(process.execPath, args, { cwd: root }, (_, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, output: stdout + stderr }),
    )
  })

suite(`a P0 dataset of the replayed people${missing ? ' [skipped: no recording]' : ''}`, () => {
  let platform: Standalone
  let maker: Api
  let request: DatasetRequest
  let dataset: Dataset
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-dataset-'))
  const zip = join(folder, 'package.zip')

  beforeAll(async () => {
    platform = await startStandalone()
    const replay = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'device-sim/main.ts', '--demo', platform.dataDir, '--replay', tihm, '--speed', 'max'].concat([
        '--server',
        platform.url,
        '--url',
        `mqtt://127.0.0.1:${platform.mqttPort}`,
      ]),
      { cwd: root, encoding: 'utf8' },
    )
    console.log(replay.stdout.trim().split('\n').slice(-3).join('\n'))
    expect(replay.stderr.includes('Error'), replay.stderr).toBe(false)
    expect(replay.status).toBe(0)
    maker = await platform.signIn('maker@demo')
  }, 300_000)
  afterAll(async () => {
    await platform?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('a request is drafted and submitted by the maker; a maker cannot approve', async () => {
    const facility = (await maker.get<{ items: Facility[] }>('/facilities')).body.items.find(f => f.id === 'demo')
    expect(facility).toBeTruthy()
    const today = new Date(Date.now() + 9 * 3600_000).toISOString().slice(0, 10)
    const from = new Date(Date.now() - 120 * DAY_MS).toISOString().slice(0, 10)
    const created = await maker.post<DatasetRequest>('/dataset-requests', {
      purpose: 'Evaluation of vital signs devices in daily care',
      product: 'P0',
      scope: { facility: 'demo', device_types: ['vital.spot_set'], from, to: today },
    })
    expect(created.status).toBe(201)
    request = created.body
    expect((await maker.post<DatasetRequest>(`/dataset-requests/${request.id}/submit`)).body.state).toBe('submitted')
    expect((await maker.post(`/dataset-requests/${request.id}/review`, { decision: 'approve' })).status).toBe(403)
  })

  test('one approval is not enough, the same steward does not count twice, the second one starts the build', async () => {
    const [first, second] = await Promise.all([platform.signIn('steward@demo'), platform.signIn('steward2@demo')])
    const review = (steward: Api) =>
      steward.post<DatasetRequest>(`/dataset-requests/${request.id}/review`, { decision: 'approve' })
    expect((await review(first)).body.state).toBe('submitted')
    expect((await review(first)).status).toBe(409)
    expect((await review(second)).status).toBe(200)
    request = await until(
      'the build to end',
      async () => {
        const { body } = await maker.get<DatasetRequest>(`/dataset-requests/${request.id}`)
        return ['ready', 'failed'].includes(body.state) && body
      },
      120_000,
    )
    expect(request).toMatchObject({ state: 'ready', failure: null })
  })

  test('at least 50 cells are published, and the file comes whole and in ranges', async () => {
    dataset = (await maker.get<Dataset>(`/datasets/${request.dataset}`)).body
    console.log(`cells published ${dataset.cells.published}, suppressed ${dataset.cells.suppressed}`)
    expect(dataset.cells.published).toBeGreaterThanOrEqual(50)
    const file = dataset.files.find(f => f.name.endsWith('.zip'))
    if (!file) throw new Error('no package')
    const whole = Buffer.from(await (await fetch(new URL(file.url, platform.url))).arrayBuffer())
    expect(createHash('sha256').update(whole).digest('hex')).toBe(file.sha256)
    const part = await fetch(new URL(file.url, platform.url), { headers: { range: 'bytes=100-199' } })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(100, 200))
    writeFileSync(zip, whole)
    const tampered = new URL(file.url, platform.url)
    tampered.searchParams.set('expires', String(Date.now() + 10 * DAY_MS))
    expect((await fetch(tampered)).status).toBe(403)
  })

  test('it passes verify with the key, and other people’s programs agree', async () => {
    const { status, output } = await verify(zip, '--key', dataset.public_key)
    expect(output).not.toBe('')
    expect(status, output).toBe(0)
    execFileSync('unzip', ['-q', zip, '-d', join(folder, 'out')])
    const [top] = execFileSync('ls', [join(folder, 'out')], { encoding: 'utf8' })
      .trim()
      .split('\n')
    const inside = join(folder, 'out', top ?? '')
    execFileSync('sha256sum', ['-c', '--quiet', 'MANIFEST.sha256'], { cwd: inside })
    expect(readFileSync(join(inside, 'LEGAL/status.json'), 'utf8')).toContain('demonstration')
    if (spawnSync('minisign', ['-v']).error === undefined)
      execFileSync('minisign', ['-Vm', 'MANIFEST.sha256', '-P', dataset.public_key], { cwd: inside })
  })

  test('it fails without a key, with another key, and after one changed byte', async () => {
    expect((await verify(zip)).status).toBe(1)
    const bytes = Buffer.from(readFileSync(zip))
    const other = join(folder, 'changed.zip')
    const at = bytes.indexOf('metric') + 3
    bytes[at] = (bytes[at] as number) ^ 1
    writeFileSync(other, bytes)
    expect((await verify(other, '--key', dataset.public_key)).status).toBe(1)
    const wrongKey = Buffer.from(dataset.public_key, 'base64')
    wrongKey[20] = (wrongKey[20] as number) ^ 1
    expect((await verify(zip, '--key', wrongKey.toString('base64'))).status).toBe(1)
  })

  test('another maker’s eyes and a closed session see nothing', async () => {
    expect((await fetch(`${platform.url}/api/v1/datasets/${dataset.id}`)).status).toBe(401)
    const staff = await platform.signIn('staff@demo')
    expect((await staff.get(`/datasets/${dataset.id}`)).status).toBe(403)
  })
})
