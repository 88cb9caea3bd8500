/** Secrets that the all-in-one process makes for itself at its first start and keeps, readable by its own user only, in its data folder. */
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'

/** Writes a file that is either whole or absent, with mode 600. */
export function writePrivate(file: string, text: string): void {
  const part = `${file}.part`
  writeFileSync(part, text, { mode: 0o600, flush: true })
  renameSync(part, file)
}

/** The file's text; null when there is none. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** A kept random secret of 256 bits, base64url. */
export function keptSecret(file: string): string {
  const known = readIfThere(file)?.trim()
  if (known) return known
  const secret = randomBytes(32).toString('base64url')
  writePrivate(file, `${secret}\n`)
  return secret
}

/** A password that can be read out and typed: 12 characters without look-alikes, about 60 bits. */
export function typablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  let password = ''
  while (password.length < 14) {
    const byte = randomBytes(1)[0] as number
    if (byte >= 248) continue // 248 = 8 · 31: no letter is likelier than another
    if (password.length === 4 || password.length === 9) password += '-'
    password += letters[byte % 31]
  }
  return password
}
