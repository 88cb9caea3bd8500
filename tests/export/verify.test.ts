/** The recipient's check: passes on a package as built, and finds every kind of tampering, whoever did it. */
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildDataset } from '../../server/export/build.ts'
import { manifestOf } from '../../server/export/package/manifest.ts'
import {
  parsePublicKey,
  type SigningKey,
  signBytes,
  signingKeyOf,
  type VerifyingKey,
} from '../../server/export/sign/minisign.ts'
import { trustedCommentOf } from '../../server/export/verify/archive.ts'
import { parseCsv } from '../../server/export/verify/csv.ts'
import { reportLines } from '../../server/export/verify/print.ts'
import type { CheckId, FaultCode } from '../../server/export/verify/report.ts'
import { verifyPackage } from '../../server/export/verify/verify.ts'
import { readZip, writeZip, type ZipEntry } from '../../server/export/zip.ts'
import { inputFor, jobFolder, pulses } from './job-folder.ts'

const RELEASE = 'release0000000000abc'
let root: string
let bytes: Buffer
let key: SigningKey
let verifying: VerifyingKey
let entries: ZipEntry[]
beforeAll(async () => {
  const job = await jobFolder(inputFor(14), [...pulses(14, [8, 9]), ...pulses(11, [10])])
  root = job.root
  key = job.key
  verifying = parsePublicKey(key.publicKey)!
  await buildDataset({ folder: job.folder, signingKeyFile: job.signingKeyFile, progress: () => {} })
  bytes = await readFile(join(job.folder, 'release', `${RELEASE}.zip`))
  const zip = await readZip(bytes)
  if (!zip.ok) throw new Error(zip.detail)
  entries = zip.entries
})
afterAll(() => rm(root, { recursive: true, force: true }))

let files = 0
async function zipped(changed: readonly ZipEntry[]): Promise<Buffer> {
  const file = join(root, `${files++}.zip`)
  await writeZip(file, changed)
  return readFile(file)
}
const at = (path: string) => `${RELEASE}/${path}`
const edit = (path: string, change: (text: string) => string, of = entries): ZipEntry[] =>
  of.map(entry =>
    entry.path === at(path) ? { path: entry.path, content: Buffer.from(change(entry.content.toString())) } : entry,
  )
const inner = (of: readonly ZipEntry[]): ZipEntry[] =>
  of
    .map(({ path, content }) => ({ path: path.slice(RELEASE.length + 1), content }))
    .filter(({ path }) => !path.startsWith('MANIFEST'))

/** What a forger can do who knows everything but the key: a manifest that fits the changed files. */
const withManifest = (of: readonly ZipEntry[]): ZipEntry[] =>
  edit('MANIFEST.sha256', () => manifestOf(inner(of)), [...of])
/** …and a description that fits, too. */
function withDescription(of: readonly ZipEntry[]): ZipEntry[] {
  return edit(
    'datapackage.json',
    text => {
      const description = JSON.parse(text)
      for (const resource of description.resources) {
        const content = of.find(entry => entry.path === at(resource.path))?.content
        if (!content) continue
        resource.bytes = content.length
        resource.hash = `sha256:${createHash('sha256').update(content).digest('hex')}`
        if (resource.rows !== undefined) resource.rows = content.toString().split('\n').length - 2
      }
      return JSON.stringify(description)
    },
    [...of],
  )
}
/** …signed: by another's key, or by the right one, to reach the checks behind the signature. */
function signed(of: readonly ZipEntry[], by: SigningKey): ZipEntry[] {
  const manifest = of.find(entry => entry.path === at('MANIFEST.sha256'))!.content
  const sha256 = createHash('sha256').update(manifest).digest('hex')
  return edit('MANIFEST.sha256.minisig', () => signBytes(manifest, by, trustedCommentOf(RELEASE, sha256, by.id)), [
    ...of,
  ])
}
async function faultsOf(source: string | Buffer): Promise<Partial<Record<CheckId, FaultCode[]>>> {
  const report = await verifyPackage(source, verifying)
  expect(report.ok).toBe(report.checks.every(check => check.faults.length === 0))
  return Object.fromEntries(
    report.checks.filter(c => c.faults.length > 0).map(c => [c.id, c.faults.map(fault => fault.code)]),
  )
}
const oneReading = (text: string) => text.replace(',42,14,', ',43,14,')

test('passes on a package as built', async () => {
  expect(await verifyPackage(bytes, verifying)).toMatchObject({ ok: true, release: RELEASE, files: 12 })
})

test('passes when the same entries are zipped again', async () => {
  expect(await zipped(entries)).toEqual(bytes)
})

describe('fails', () => {
  test('after one changed byte in each file in turn', async () => {
    for (const { path, content } of entries) {
      const changed = Buffer.from(content)
      changed[content.length >> 1]! ^= 1
      const report = await verifyPackage(
        await zipped(entries.map(e => (e.path === path ? { path, content: changed } : e))),
        verifying,
      )
      expect(report.ok, path).toBe(false)
    }
  })

  test('after any changed byte of the archive that a reader sees', async () => {
    // Every 97th byte: names, sizes, offsets, contents. Times and versions of the archive carry no data and may change.
    const faults: number[] = []
    for (let i = 0; i < bytes.length; i += 97) {
      const changed = Buffer.from(bytes)
      changed[i]! ^= 0x20
      const { ok } = await verifyPackage(changed, verifying)
      if (ok) {
        const zip = await readZip(changed)
        expect(zip.ok && zip.entries).toEqual(entries)
      } else faults.push(i)
    }
    expect(faults.length).toBeGreaterThan(400)
  })

  test('after a recomputed manifest', async () => {
    const forged = withManifest(withDescription(edit('p0-hourly.csv', oneReading)))
    expect(await faultsOf(await zipped(forged))).toEqual({ signature: ['signature_content'], comment: ['not_reached'] })
  })

  test('after signing again with another key, and with another key under the same id', async () => {
    const forged = withManifest(withDescription(edit('p0-hourly.csv', oneReading)))
    const other = signingKeyOf(Buffer.alloc(32, 9), Buffer.alloc(8, 9))
    const disguised = signingKeyOf(Buffer.alloc(32, 9), key.idBytes)
    expect(await faultsOf(await zipped(signed(forged, other)))).toMatchObject({ signature: ['signature_other_key'] })
    expect(await faultsOf(await zipped(signed(forged, disguised)))).toMatchObject({ signature: ['signature_content'] })
    expect(await faultsOf(await zipped(signed(entries, other)))).toMatchObject({ signature: ['signature_other_key'] })
  })

  test('without a key, by the signature alone', async () => {
    const report = await verifyPackage(bytes, null)
    expect(report.ok).toBe(false)
    expect(report.checks.filter(c => c.faults.length > 0).map(c => c.id)).toEqual(['signature', 'comment'])
    expect(reportLines(report, 'en').join('\n')).toContain('signature not checked')
  })

  test('after adding or removing a file', async () => {
    const more = [...entries, { path: at('extra.txt'), content: Buffer.from('x') }]
    expect(await faultsOf(await zipped(more))).toMatchObject({ files: ['file_extra'] })
    const fewer = entries.filter(entry => entry.path !== at('suppressed.csv'))
    expect(await faultsOf(await zipped(fewer))).toMatchObject({ files: ['file_missing'] })
    const bare = entries.filter(entry => !entry.path.endsWith('.minisig'))
    expect(await faultsOf(await zipped(bare))).toMatchObject({ signature: ['signature_missing'] })
  })

  test('when the trusted comment is changed, or signed for another release', async () => {
    const changed = edit('MANIFEST.sha256.minisig', text => text.replace('release:r', 'release:x'))
    expect(await faultsOf(await zipped(changed))).toEqual({ comment: ['signature_comment'] })
    const manifest = entries.find(entry => entry.path === at('MANIFEST.sha256'))!.content
    const moved = edit('MANIFEST.sha256.minisig', () => signBytes(manifest, key, 'release:other'))
    expect(await faultsOf(await zipped(moved))).toEqual({ comment: ['comment_disagrees'] })
    const renamed = entries.map(({ path, content }) => ({
      path: path.replace(RELEASE, 'release0000000000xyz'),
      content,
    }))
    expect(await faultsOf(await zipped(renamed))).toMatchObject({ comment: ['comment_disagrees'] })
  })

  test('when the archive is cut short, empty, or none', async () => {
    for (const part of [0, 10, bytes.length >> 1, bytes.length - 1])
      expect(await faultsOf(bytes.subarray(0, part))).toMatchObject({ archive: ['unreadable'] })
    expect(await faultsOf(join(root, 'missing.zip'))).toMatchObject({ archive: ['unreadable'] })
  })

  test.each<[string, string, FaultCode]>([
    ['climbs out of its folder', `../../${'x'.repeat(RELEASE.length + 5)}`, 'unsafe_name'],
    ['is absolute', `/${'x'.repeat(RELEASE.length + 10)}`, 'unsafe_name'],
    ['has a backslash', `${RELEASE}\\${'x'.repeat(10)}`, 'unsafe_name'],
  ])('when the name of an entry %s', async (_what, name, fault) => {
    // Written under a harmless name of the same length and renamed in the bytes, as no writer would do it.
    const harmless = at('z'.repeat(name.length - RELEASE.length - 1))
    const archive = await zipped([...entries, { path: harmless, content: Buffer.from('x') }])
    const forged = Buffer.from(archive.toString('latin1').replaceAll(harmless, name), 'latin1')
    const faults = await faultsOf(forged)
    expect(faults).toMatchObject({ archive: [fault] })
  })

  test('when a name stands there twice, also in other letter case', async () => {
    for (const name of ['evidence.json', 'EVIDENCE.json']) {
      const twice = await zipped([...entries, { path: at(name), content: Buffer.from('{}') }])
      expect(await faultsOf(twice)).toMatchObject({ archive: ['duplicate'] })
    }
  })

  test('when there is no folder, or two', async () => {
    const flat = entries.map(({ path, content }) => ({ path: path.slice(RELEASE.length + 1), content }))
    expect(await faultsOf(await zipped(flat))).toMatchObject({ archive: ['top_folder'] })
    const two = [...entries, { path: 'other/file', content: Buffer.from('') }]
    expect(await faultsOf(await zipped(two))).toMatchObject({ archive: ['top_folder'] })
  })
})

describe('fails even when signed with the right key and', () => {
  const forged = (path: string, change: (text: string) => string) =>
    zipped(signed(withManifest(withDescription(edit(path, change))), key))

  test.each<[string, string, (text: string) => string, CheckId, FaultCode]>([
    ['a value is no number', 'p0-hourly.csv', text => text.replace(',42,14,', ',4x,14,'), 'tables', 'csv_value'],
    ['a value breaks its limits', 'p0-hourly.csv', text => text.replace('/min,8,', '/min,24,'), 'tables', 'csv_value'],
    ['a metric is not in the list', 'suppressed.csv', text => text.replace('pulse,0', 'mood,0'), 'tables', 'csv_value'],
    ['a column is renamed', 'p0-hourly.csv', text => text.replace('n_residents', 'people'), 'tables', 'csv_header'],
    ['a quote is left open', 'suppressed.csv', text => text.replace('pulse,0', '"pulse,0'), 'tables', 'csv_malformed'],
    ['a row is there twice', 'suppressed.csv', text => `${text}pulse,0\n`, 'tables', 'csv_key'],
    [
      'a suppressed row is missing',
      'suppressed.csv',
      text => text.replace('pulse,0\n', ''),
      'counts',
      'cells_incomplete',
    ],
    [
      'a cell is about eleven',
      'p0-hourly.csv',
      text => text.replace(',42,14,', ',42,11,'),
      'counts',
      'cells_too_few_residents',
    ],
    ['nothing is published', 'p0-hourly.csv', text => `${text.split('\n')[0]}\n`, 'counts', 'cells_none'],
    [
      'the evidence counts otherwise',
      'evidence.json',
      text => text.replace('"published": 2', '"published": 3'),
      'counts',
      'counts_disagree',
    ],
    [
      'the evidence is of another product',
      'evidence.json',
      text => text.replace('"P0"', '"P1"'),
      'counts',
      'document_malformed',
    ],
    ['the evidence is no JSON', 'evidence.json', () => '{', 'counts', 'document_malformed'],
  ])('%s', async (_what, path, change, check, fault) => {
    expect((await faultsOf(await forged(path, change)))[check]).toContain(fault)
  })

  test('the description does not fit the files', async () => {
    const stale = signed(withManifest(edit('p0-hourly.csv', oneReading)), key)
    expect(await faultsOf(await zipped(stale))).toEqual({ description: ['description_disagrees'] })
    const none = signed(withManifest(edit('datapackage.json', () => '[]')), key)
    expect(await faultsOf(await zipped(none))).toMatchObject({ description: ['document_malformed'] })
  })

  test('the manifest is not as the platform writes it', async () => {
    const absolute = edit('MANIFEST.sha256', text => text.replace('  evidence', ' *evidence'))
    expect(await faultsOf(await zipped(signed(absolute, key)))).toMatchObject({ files: ['manifest_malformed'] })
  })
})

test('a report has one line for each check and an end, in each language, and no control characters of the archive', async () => {
  const report = await verifyPackage(bytes, verifying)
  for (const language of ['ja', 'ko', 'en'] as const) expect(reportLines(report, language)).toHaveLength(9)
  const wild = {
    ...report,
    ok: false,
    checks: [{ id: 'files' as const, faults: [{ code: 'file_extra' as const, subject: 'a\u001b[2J\nb' }] }],
  }
  expect(reportLines(wild, 'en').join('')).not.toMatch(/\p{C}/u)
})

test.each<[string, string[][] | null]>([
  [
    'a,b\n1,2\n',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['a\n"x ""y"", z\n2"\n', [['a'], ['x "y", z\n2']]],
  [
    'a,b\n,\n',
    [
      ['a', 'b'],
      ['', ''],
    ],
  ],
  ['', null],
  ['a,b\n1\n', null],
  ['a\n1', null],
  ['a\r\n1\r\n', null],
  ['a\n"1\n', null],
  ['a\n1"2\n', null],
  ['a\n"1"2\n', null],
])('the text %j as CSV', (text, rows) => {
  expect(parseCsv(text)).toEqual(rows)
})
