/** Signed notes and checkpoints [C2SP signed-note, tlog-checkpoint] with Ed25519 keys; the text form alone, nothing of where they are kept. */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** Ed25519, in key ids and in the keys' text form. */
const ED25519 = 1
const ID_BYTES = 4
const KEY_BYTES = 32
const SIGNATURE_BYTES = 64
/** DER before a raw Ed25519 key [RFC 8410]. */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')
const NAME = /^[^\s+]+$/u

export interface NoteSigner {
  name: string
  /** `<name>+<id>+<base64>`, as Go's sumdb/note writes verifier keys. */
  verifierKey: string
  sign(text: string): string
}
export interface NoteVerifier {
  /** Null: a bare key, which goes by whatever name the note names first. */
  name: string | null
  publicKey: Buffer
}

/** The first four bytes of SHA-256(name ‖ LF ‖ 1 ‖ key). */
const keyId = (name: string, publicKey: Buffer): Buffer =>
  sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), publicKey])).subarray(0, ID_BYTES)

export function noteSigner(name: string, privateKey: KeyObject): NoteSigner {
  if (!NAME.test(name)) throw new RangeError('the name of a note key has no space and no plus')
  const publicKey = rawPublic(createPublicKey(privateKey))
  return {
    name,
    verifierKey: verifierKeyOf(name, publicKey),
    sign(text) {
      if (!isNoteText(text)) throw new RangeError('a note is lines of text without control characters')
      const signature = Buffer.concat([keyId(name, publicKey), sign(null, Buffer.from(text), privateKey)])
      return `${text}\n— ${name} ${signature.toString('base64')}\n`
    },
  }
}

const verifierKeyOf = (name: string, publicKey: Buffer): string =>
  `${name}+${keyId(name, publicKey).toString('hex')}+${Buffer.concat([Buffer.of(ED25519), publicKey]).toString('base64')}`

/** Reads a verifier key; null when it is none, or its id is not that of its key. */
export function parseVerifierKey(text: string): NoteVerifier | null {
  const [, name = '', id = '', key = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(text.trim()) ?? []
  const bytes = exactBase64(key, 1 + KEY_BYTES)
  if (bytes?.[0] !== ED25519) return null
  const publicKey = bytes.subarray(1)
  return keyId(name, publicKey).toString('hex') === id ? { name, publicKey } : null
}

export type OpenedNote = { text: string } | { fault: 'malformed' | 'other_key' | 'signature' }

/** Signatures by keys that we do not know, such as witnesses', are passed over. */
export function openNote(note: string, verifier: NoteVerifier): OpenedNote {
  const cut = note.lastIndexOf('\n\n')
  const text = note.slice(0, cut + 1)
  const lines = note.slice(cut + 2).split('\n')
  if (cut < 1 || lines.pop() !== '' || lines.length === 0 || lines.length > 100 || !isNoteText(text))
    return { fault: 'malformed' }
  const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, verifier.publicKey]), format: 'der', type: 'spki' })
  let isKnown = false
  for (const line of lines) {
    const [, name = '', base64 = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? []
    const bytes = Buffer.from(base64, 'base64')
    if (name === '' || bytes.length < ID_BYTES + 1 || bytes.toString('base64') !== base64) return { fault: 'malformed' }
    const isOurs =
      (verifier.name ?? name) === name && bytes.subarray(0, ID_BYTES).equals(keyId(name, verifier.publicKey))
    if (!isOurs || isKnown) continue
    if (bytes.length !== ID_BYTES + SIGNATURE_BYTES) return { fault: 'signature' }
    if (!verify(null, Buffer.from(text), key, bytes.subarray(ID_BYTES))) return { fault: 'signature' }
    isKnown = true
  }
  return isKnown ? { text } : { fault: 'other_key' }
}

export interface Checkpoint {
  origin: string
  size: number
  root: Buffer
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`

/** The body of a checkpoint; further lines are extensions and passed over. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [origin = '', digits = '', base64 = '', ...rest] = text.split('\n')
  const root = exactBase64(base64, 32)
  const size = Number(digits)
  const isFormed = origin !== '' && /^(0|[1-9]\d*)$/.test(digits) && Number.isSafeInteger(size)
  // The last line ends the text; between, an extension is a line that is not empty.
  const isEnded = rest.pop() === '' && rest.every(line => line !== '')
  return isFormed && isEnded && root ? { origin, size, root } : null
}

export const rawPublic = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES)

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest()

/** Text of a note: valid Unicode, each line ended, no control characters but the line ends. */
const isNoteText = (text: string): boolean =>
  text.endsWith('\n') && !/\p{Cs}/u.test(text) && [...text].every(letter => letter >= ' ' || letter === '\n')

function exactBase64(text: string, length: number): Buffer | null {
  const bytes = Buffer.from(text, 'base64')
  return bytes.length === length && bytes.toString('base64') === text ? bytes : null
}
