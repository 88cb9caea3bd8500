/** The build as its own process, the package in other people's hands: unzip, sha256sum, minisign, and our verify command. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ExportJobOptions, releaseFolderOf, startExportJob } from '../../server/export/job.ts'
import type { ExportProgress, ExportResult } from '../../server/export/outcome.ts'
import { publicKeyFileText } from '../../server/export/sign/key-file.ts'
import { inputFor, jobFolder, pulses } from '../export/job-folder.ts'
import { minisign, run, unzip } from '../export/programs.ts'
import { describeWith } from '../servers/find.ts'

const roots: string[] = []
async function job(residents = 14, measured = residents) {
  const made = await jobFolder(inputFor(residents), pulses(measured, [8, 9]))
  roots.push(made.root)
  return made
}
afterAll(async () => {
  await Promise.all(roots.map(root => rm(root, { recursive: true, force: true })))
})

let built: { root: string; file: string; result: ExportResult; steps: ExportProgress[] }
beforeAll(async () => {
  const { root, folder, signingKeyFile } = await job()
  const steps: ExportProgress[] = []
  const result = await startExportJob({ folder, signingKeyFile, progress: progress => steps.push(progress) })
  built = { root, result, steps, file: join(releaseFolderOf(folder), result.files[0]!.name) }
})

test('a process builds the release and tells its progress', () => {
  expect(built.result).toMatchObject({ product: 'P0', published: 2, suppressed: 9 * 24 - 2 })
  expect(built.steps.at(-1)).toEqual({ step: 'done', fraction: 1, readings: 84 })
  expect(existsSync(built.file)).toBe(true)
})

test('two processes give the same bytes from the same input', async () => {
  const { folder, signingKeyFile } = await job()
  const options: ExportJobOptions = { folder, signingKeyFile }
  const first = await startExportJob(options)
  const bytes = await readFile(join(releaseFolderOf(folder), first.files[0]!.name))
  expect(await startExportJob(options)).toEqual(first)
  expect(await readFile(join(releaseFolderOf(folder), first.files[0]!.name))).toEqual(bytes)
})

test('a failure arrives with its code', async () => {
  const { folder, signingKeyFile } = await job(14, 11)
  await expect(startExportJob({ folder, signingKeyFile })).rejects.toMatchObject({
    code: 'too_few_people',
    retryable: false,
  })
  expect(existsSync(releaseFolderOf(folder))).toBe(false)
})

test.each(['before it starts', 'when it has just started', 'while it works'])(
  'export_cancelled and no release when aborted %s',
  async when => {
    const { folder, signingKeyFile } = await job()
    const abort = new AbortController()
    if (when === 'before it starts') abort.abort()
    const progress = ({ step }: ExportProgress) => step === 'aggregate' && abort.abort()
    const finished = startExportJob({ folder, signingKeyFile, signal: abort.signal, progress })
    if (when === 'when it has just started') abort.abort()
    await expect(finished).rejects.toMatchObject({ code: 'export_cancelled' })
    expect(existsSync(releaseFolderOf(folder))).toBe(false)
    // What the killed build left does not stand in the way of the next one.
    await expect(startExportJob({ folder, signingKeyFile })).resolves.toMatchObject({ published: 2 })
  },
)

const tsx = (main: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', main, ...args], {
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr }
}

test('run by hand the build tells its progress as JSON lines', async () => {
  const { folder, signingKeyFile } = await job()
  const { code, stdout } = tsx('server/export/main.ts', ['--folder', folder, '--key-file', signingKeyFile])
  expect(code).toBe(0)
  expect(
    stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).type),
  ).toEqual([...Array(5).fill('progress'), 'done'])
  expect(tsx('server/export/main.ts', ['--folder', folder]).code).toBe(2)
})

describe('npm run verify', () => {
  const verify = (args: readonly string[], env?: NodeJS.ProcessEnv) => tsx('server/export/verify/main.ts', args, env)

  test('0 with the key as text and as a file', async () => {
    const keyFile = join(built.root, 'key.pub')
    await writeFile(keyFile, publicKeyFileText({ id: built.result.keyId, publicKey: built.result.publicKey }))
    for (const key of [built.result.publicKey, keyFile]) {
      const { code, stdout } = verify([built.file, '--key', key])
      expect(stdout).toContain('complete, unchanged and signed')
      expect(code).toBe(0)
    }
  })

  test('1 after one changed byte, 1 with another key, 1 without a key', async () => {
    const changed = await readFile(built.file)
    const at = changed.indexOf('pulse,/min,8,')
    changed.write('9', at + 'pulse,/min,'.length)
    const file = join(built.root, 'changed.zip')
    await writeFile(file, changed)
    const key = built.result.publicKey
    expect(verify([file, '--key', key])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('changed: p0-hourly.csv'),
    })
    const other = (await job()).key.publicKey
    expect(verify([built.file, '--key', other])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('another key'),
    })
    expect(verify([built.file])).toMatchObject({ code: 1, stdout: expect.stringContaining('signature not checked') })
  })

  test('2 and the usage when it is called wrongly', () => {
    for (const args of [
      [],
      ['no-such.zip'],
      [built.file, '--key', 'x'],
      [built.file, '--lang', 'fr'],
      [built.file, built.file],
      ['--what'],
    ])
      expect(verify(args)).toMatchObject({ code: 2, stderr: expect.stringContaining('Usage') })
    expect(verify(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage') })
  })

  test('speaks the language asked for, else that of the environment', () => {
    const key = built.result.publicKey
    expect(verify([built.file, '--key', key, '--lang', 'ko']).stdout).toContain('[통과]')
    expect(verify([built.file, '--key', key], { LANG: 'ja_JP.UTF-8' }).stdout).toContain('[合格]')
    expect(verify([built.file, '--key', key], { LANG: 'fr_FR.UTF-8' }).stdout).toContain('[OK]')
  })
})

describeWith([unzip, minisign], 'with unzip, sha256sum and minisign', () => {
  test('the package opens, its checksums and its signature hold, and a change is found', async () => {
    const folder = join(built.root, 'opened')
    await mkdir(folder)
    expect(run(unzip, ['-q', built.file, '-d', folder]).code).toBe(0)
    const inside = join(folder, built.result.files[0]!.name.replace('.zip', ''))
    const signed = ['-V', '-P', built.result.publicKey, '-m', 'MANIFEST.sha256']
    expect(run('sha256sum', ['-c', '--strict', 'MANIFEST.sha256'], inside).code).toBe(0)
    expect(run(minisign, signed, inside).output).toContain(`manifest:${built.result.manifestSha256}`)
    await writeFile(join(inside, 'p0-hourly.csv'), 'x')
    expect(run('sha256sum', ['-c', '--strict', 'MANIFEST.sha256'], inside).code).not.toBe(0)
    await writeFile(join(inside, 'MANIFEST.sha256'), 'x')
    expect(run(minisign, signed, inside).code).not.toBe(0)
  })
})
