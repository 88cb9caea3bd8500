/** Signatures: our own round trip, every tampering found, and agreement with the minisign program in both directions. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSigningKey, publicKeyFileText, readSigningKey } from '../../server/export/sign/key-file.ts'
import { checkSignature, parsePublicKey, signBytes, signingKeyOf } from '../../server/export/sign/minisign.ts'
import { describeWith } from '../servers/find.ts'
import { minisign, run } from './programs.ts'

const content = Buffer.from('abc  file.csv\n')
const key = signingKeyOf(Buffer.alloc(32, 7), Buffer.from('0102030405060708', 'hex'))
const verifying = parsePublicKey(key.publicKey)!
const signature = signBytes(content, key, 'release:x')
const lines = signature.split('\n')
const withLine = (index: number, line: string) => lines.map((old, i) => (i === index ? line : old)).join('\n')
const flip = (base64: string, at: number) => {
  const bytes = Buffer.from(base64, 'base64')
  bytes[at]! ^= 1
  return bytes.toString('base64')
}

test('a signature holds and gives its comment back when nothing was changed', () => {
  expect(checkSignature(content, signature, verifying)).toEqual({ ok: true, trustedComment: 'release:x' })
  expect(key.id).toBe('0807060504030201')
})

test('the same bytes come out when the same content is signed again', () => {
  expect(signBytes(content, key, 'release:x')).toBe(signature)
})

test.each([
  ['content', 'one byte of the content changed', Buffer.from('abd  file.csv\n'), signature],
  ['content', 'the signature changed', content, withLine(1, flip(lines[1]!, 20))],
  ['comment', 'the trusted comment changed', content, withLine(2, 'trusted comment: release:y')],
  ['comment', 'the global signature changed', content, withLine(3, flip(lines[3]!, 0))],
  ['other_key', 'the key id changed', content, withLine(1, flip(lines[1]!, 5))],
  ['malformed', 'the old unhashed form is claimed', content, withLine(1, flip(lines[1]!, 1))],
  ['malformed', 'a line is missing', content, lines.slice(0, 3).join('\n')],
  ['malformed', 'a line follows', content, `${signature}more\n`],
  ['malformed', 'it is empty', content, ''],
])('refused as %s when %s', (reason, _what, bytes, text) => {
  expect(checkSignature(bytes, text, verifying)).toMatchObject({ ok: false, reason })
})

test('refused when another key signed under the same key id', () => {
  const other = signingKeyOf(Buffer.alloc(32, 8), key.idBytes)
  expect(checkSignature(content, signBytes(content, other, 'release:x'), verifying)).toMatchObject({
    reason: 'content',
  })
})

test('a comment of two lines is not signed', () => {
  expect(() => signBytes(content, key, 'a\nb')).toThrow(RangeError)
})

test.each(['', 'RWQ', 'not base64 at all', `${key.publicKey}x`, `${key.publicKey}\n${key.publicKey}`])(
  'no public key when it is %j',
  text => {
    expect(parsePublicKey(text)).toBeNull()
  },
)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minisign-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test('a created key file is read back, is readable by its owner only, and is never replaced', async () => {
  const file = join(folder, 'own.key')
  const created = await createSigningKey(file)
  expect((await readSigningKey(file)).publicKey).toBe(created.publicKey)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  await expect(createSigningKey(file)).rejects.toMatchObject({ code: 'EEXIST' })
})

test.each([
  ['is missing', undefined],
  ['is empty', ''],
  ['has other content', 'untrusted comment: x\nAAAA\n'],
])('signing_key when the key file %s', async (_what, text) => {
  const file = join(folder, `bad-${_what.replaceAll(' ', '-')}`)
  if (text !== undefined) await writeFile(file, text)
  await expect(readSigningKey(file)).rejects.toMatchObject({ code: 'signing_key' })
})

test('signing_key when the halves of the key do not belong together', async () => {
  const file = join(folder, 'torn.key')
  await createSigningKey(file)
  const [comment, line] = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, `${comment}\n${flip(line!, 70)}\n`)
  await expect(readSigningKey(file)).rejects.toMatchObject({ code: 'signing_key' })
})

describeWith(minisign, 'with the minisign program', () => {
  test('it verifies our signature by line and by key file, and refuses it after a change', async () => {
    const data = join(folder, 'data')
    await writeFile(data, content)
    await writeFile(`${data}.minisig`, signature)
    await writeFile(join(folder, 'our.pub'), publicKeyFileText(key))
    expect(run(minisign, ['-V', '-P', key.publicKey, '-m', data])).toMatchObject({ code: 0 })
    expect(run(minisign, ['-V', '-p', join(folder, 'our.pub'), '-m', data]).output).toContain('release:x')
    await writeFile(data, 'changed')
    expect(run(minisign, ['-V', '-P', key.publicKey, '-m', data]).code).not.toBe(0)
  })

  test('we verify its signature, and sign with the key that it made', async () => {
    const data = join(folder, 'theirs')
    await writeFile(data, content)
    run(minisign, ['-G', '-W', '-f', '-p', join(folder, 'their.pub'), '-s', join(folder, 'their.key')])
    const theirs = parsePublicKey(await readFile(join(folder, 'their.pub'), 'utf8'))!
    run(minisign, ['-S', '-s', join(folder, 'their.key'), '-m', data, '-t', 'hello'])
    const made = await readFile(`${data}.minisig`, 'utf8')
    expect(checkSignature(content, made, theirs)).toEqual({ ok: true, trustedComment: 'hello' })

    const signing = await readSigningKey(join(folder, 'their.key'))
    expect(signing.id).toBe(theirs.id)
    // Ed25519 is deterministic: apart from the untrusted comment both write the same.
    const ours = signBytes(content, signing, 'hello')
    expect(ours.split('\n').slice(1)).toEqual(made.split('\n').slice(1))
  })

  test('it signs with the key file that we made', async () => {
    const file = join(folder, 'made.key')
    const made = await createSigningKey(file)
    const data = join(folder, 'made')
    await writeFile(data, content)
    expect(run(minisign, ['-S', '-s', file, '-m', data, '-t', 'x'])).toMatchObject({ code: 0 })
    const text = await readFile(`${data}.minisig`, 'utf8')
    expect(checkSignature(content, text, parsePublicKey(made.publicKey)!)).toMatchObject({ ok: true })
  })

  test('signing_key when the key file has a password', async () => {
    const file = join(folder, 'locked.key')
    await createSigningKey(file)
    const [comment, line] = (await readFile(file, 'utf8')).split('\n')
    const bytes = Buffer.from(line!, 'base64')
    bytes.write('Sc', 2)
    await writeFile(file, `${comment}\n${bytes.toString('base64')}\n`)
    await expect(readSigningKey(file)).rejects.toMatchObject({
      code: 'signing_key',
      message: expect.stringContaining('password'),
    })
  })
})
