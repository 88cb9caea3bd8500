// Signed notes and checkpoints: the published examples, our own, what must be refused, and Go's sumdb/note beside us.

import { createPublicKey } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  checkpointText,
  noteSigner,
  openNote,
  parseCheckpoint,
  parseVerifierKey,
  rawPublic,
} from '../../server/audit/note.ts'
import { signingKeyOf } from '../../server/export/sign/minisign.ts'
import { askTlog, tlogReferee } from '../referees/tlog/referee.ts'
import { describeWith } from '../servers/find.ts'

// The example of Go's sumdb/note package.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const PETER_NOTE = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`
// The Go checksum database's key, and a head that it signed.
const SUMDB = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8'

const seed = Buffer.alloc(32, 7)
const key = signingKeyOf(seed, Buffer.alloc(8, 1))
const signer = noteSigner('mimamori.example/audit', key.privateKey)
const verifier = parseVerifierKey(signer.verifierKey)
const root = Buffer.alloc(32, 9)
const text = checkpointText({ origin: signer.name, size: 1234, root })

describe('signed notes', () => {
  it('opens the published example, and refuses it when a letter differs', () => {
    const peter = parseVerifierKey(PETER)
    if (!peter) throw new Error('no key')
    expect(openNote(PETER_NOTE, peter)).toEqual({ text: `${PETER_NOTE.split('\n\n')[0]}\n` })
    expect(openNote(PETER_NOTE.replace('answer', 'Answer'), peter)).toEqual({ fault: 'signature' })
  })

  it('reads published verifier keys and refuses one whose id is another', () => {
    expect(parseVerifierKey(SUMDB)?.name).toBe('sum.golang.org')
    expect(parseVerifierKey(SUMDB.replace('033de0ae', '033de0af'))).toBeNull()
    expect(parseVerifierKey('nothing')).toBeNull()
  })

  it('opens what it signed, by verifier key and by bare key', () => {
    const note = signer.sign(text)
    if (!verifier) throw new Error('no key')
    expect(openNote(note, verifier)).toEqual({ text })
    const bare = { name: null, publicKey: rawPublic(createPublicKey(key.privateKey)) }
    expect(openNote(note, bare)).toEqual({ text })
    expect(parseCheckpoint(text)).toEqual({ origin: signer.name, size: 1234, root })
  })

  it('passes over the signatures of witnesses, and says when none is ours', () => {
    if (!verifier) throw new Error('no key')
    const witness = noteSigner('witness.example', signingKeyOf(Buffer.alloc(32, 8), Buffer.alloc(8)).privateKey)
    const theirs = witness.sign(text).slice(text.length + 1)
    expect(openNote(signer.sign(text) + theirs, verifier)).toEqual({ text })
    expect(openNote(witness.sign(text), verifier)).toEqual({ fault: 'other_key' })
  })

  it.each([
    ['no signature', `${text}\n`],
    ['no blank line', text],
    ['a signature that is no base64', `${text}\n— ${signer.name} ****\n`],
    ['a signature cut short', signer.sign(text).slice(0, -9)],
    ['a hyphen for the dash', signer.sign(text).replace('— ', '- ')],
    ['a control character', signer.sign(text).replace('1234', '12\t34')],
    ['nothing', ''],
  ])('refuses as malformed a note with %s', (_, note) => {
    if (!verifier) throw new Error('no key')
    expect(openNote(note, verifier)).toEqual({ fault: 'malformed' })
  })

  it.each([
    ['a leading zero', text.replace('1234', '01234')],
    ['a negative size', text.replace('1234', '-1')],
    ['a size past what numbers hold', text.replace('1234', '99999999999999999999')],
    ['a short root', checkpointText({ origin: 'x', size: 1, root: root.subarray(1) })],
    ['no origin', text.slice(signer.name.length)],
    ['two lines', text.split('\n').slice(0, 2).join('\n')],
  ])('knows no checkpoint with %s', (_, body) => {
    expect(parseCheckpoint(body)).toBeNull()
  })

  it('reads a checkpoint that has extension lines', () => {
    expect(parseCheckpoint(`${text}more\n`)?.size).toBe(1234)
  })
})

describeWith(tlogReferee, "signed notes beside Go's sumdb/note", () => {
  it('writes the same bytes, the same key, and each opens what the other signed', () => {
    const answer = askTlog({ name: signer.name, seed, text, note: signer.sign(text), verifier: signer.verifierKey })
    expect(answer.verifierKey).toBe(signer.verifierKey)
    expect(answer.signed).toBe(signer.sign(text))
    expect(answer.opened).toBe(text)
    const bent = askTlog({ note: signer.sign(text).replace('1234', '1235'), verifier: signer.verifierKey })
    expect(bent.refused).toContain('invalid signature')
  })
})
