/** Signatures in the format of minisign: Ed25519 over the BLAKE2b-512 of a file, with a signed one-line comment. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

const SEED_BYTES = 32
const SIGNATURE_BYTES = 64
const ID_BYTES = 8
/** `ED`: the file is hashed first. (`Ed`, unhashed, is the old form and is not made or accepted here.) */
const HASHED = 'ED'
/** In keys. */
const ED25519 = 'Ed'
// DER around a raw key [RFC 8410]: Node takes raw Ed25519 keys only so.
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')
const UNTRUSTED = 'untrusted comment: '
const TRUSTED = 'trusted comment: '

export interface SigningKey {
  /** As printed: 16 hex digits, upper case. */
  id: string
  /** Eight bytes as they stand in files (little end first). */
  idBytes: Buffer
  privateKey: KeyObject
  /** One line of base64. */
  publicKey: string
}

export interface VerifyingKey {
  id: string
  idBytes: Buffer
  publicKey: KeyObject
}

/** @param seed 32 bytes, the Ed25519 private key */
export function signingKeyOf(seed: Buffer, idBytes: Buffer): SigningKey {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES)
  const publicKey = Buffer.concat([Buffer.from(ED25519), idBytes, raw]).toString('base64')
  return { id: printedId(idBytes), idBytes, privateKey, publicKey }
}

/** Signs bytes; the same bytes, key and comment give the same text. @throws RangeError when the comment is not one line. */
export function signBytes(content: Buffer, key: SigningKey, trustedComment: string): string {
  if (/[\r\n]/.test(trustedComment)) throw new RangeError('A trusted comment is one line')
  const signature = sign(null, digest(content), key.privateKey)
  const global = sign(null, Buffer.concat([signature, Buffer.from(trustedComment)]), key.privateKey)
  const line = Buffer.concat([Buffer.from(HASHED), key.idBytes, signature]).toString('base64')
  return [
    `${UNTRUSTED}signature by key ${key.id}`,
    line,
    `${TRUSTED}${trustedComment}`,
    global.toString('base64'),
    '',
  ].join('\n')
}

/** Reads a public key: its line of base64, or the text of a minisign public key file. Null when it is neither. */
export function parsePublicKey(text: string): VerifyingKey | null {
  const lines = text.split(/\r?\n/).filter(line => line.trim() !== '' && !line.startsWith(UNTRUSTED))
  const bytes = lines.length === 1 ? fromBase64(lines[0]!.trim(), 2 + ID_BYTES + SEED_BYTES) : null
  if (!bytes || bytes.toString('latin1', 0, 2) !== ED25519) return null
  const idBytes = bytes.subarray(2, 2 + ID_BYTES)
  const key = Buffer.concat([SPKI_HEAD, bytes.subarray(2 + ID_BYTES)])
  return { id: printedId(idBytes), idBytes, publicKey: createPublicKey({ key, format: 'der', type: 'spki' }) }
}

export type SignatureCheck =
  | { ok: true; trustedComment: string }
  | { ok: false; reason: 'malformed' | 'other_key' | 'content' | 'comment'; keyId?: string }

/** Checks a signature text: form, key, content, comment, in this order. */
export function checkSignature(content: Buffer, signatureText: string, key: VerifyingKey): SignatureCheck {
  const [untrusted, line, trusted, globalLine, ...rest] = signatureText.split(/\r?\n/)
  const head = 2 + ID_BYTES
  const bytes = fromBase64(line ?? '', head + SIGNATURE_BYTES)
  const global = fromBase64(globalLine ?? '', SIGNATURE_BYTES)
  const formed = untrusted?.startsWith(UNTRUSTED) && trusted?.startsWith(TRUSTED) && rest.every(text => text === '')
  if (!formed || !bytes || !global || bytes.toString('latin1', 0, 2) !== HASHED)
    return { ok: false, reason: 'malformed' }
  const idBytes = bytes.subarray(2, head)
  const signature = bytes.subarray(head)
  if (!idBytes.equals(key.idBytes)) return { ok: false, reason: 'other_key', keyId: printedId(idBytes) }
  if (!verify(null, digest(content), key.publicKey, signature)) return { ok: false, reason: 'content' }
  const trustedComment = trusted!.slice(TRUSTED.length)
  const signed = Buffer.concat([signature, Buffer.from(trustedComment)])
  return verify(null, signed, key.publicKey, global) ? { ok: true, trustedComment } : { ok: false, reason: 'comment' }
}

const digest = (content: Buffer): Buffer => createHash('blake2b512').update(content).digest()
const printedId = (idBytes: Buffer): string => Buffer.from(idBytes).reverse().toString('hex').toUpperCase()

/** Null unless it is exactly so many bytes, written in the one canonical way. */
export function fromBase64(text: string, length: number): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === length && bytes.toString('base64') === text ? bytes : null
}
