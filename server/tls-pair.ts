/** Certificate and key for HTTPS and MQTTS: read from their files, and read again when these change, without a restart. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { type FSWatcher, watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createSecureContext } from 'node:tls'
import { AppError } from '../core/errors.ts'
import type { Log } from './log.ts'

/** Two files are not replaced in one moment: they are looked at when both have been quiet for so long. */
const SETTLE_MS = 300
/** Not every file system tells of changes. */
const LOOK_MS = 60_000
/** So long before its end a certificate is spoken of. */
const SOON_MS = 14 * 86_400_000

/** PEM texts. */
export interface Pair {
  cert: string
  key: string
}
export interface TlsPair {
  /** The pair in use: always one that fits together. */
  current(): Pair
  /** Told of each new pair; connections that stand keep theirs. */
  onChange(listener: (pair: Pair) => void): void
  /** What an operator should look at: `certificate_not_reloaded`, `certificate_expired`, `certificate_expires_soon`. */
  warnings(): string[]
  stop(): void
}

export interface TlsFiles {
  certFile: string
  keyFile: string
}

/** Throws AppError `tls_unusable` when the files do not hold a certificate and its key. */
export async function openTlsPair(
  { certFile, keyFile }: TlsFiles,
  { log, clock = Date.now, lookMs = LOOK_MS }: { log: Log; clock?: () => number; lookMs?: number },
): Promise<TlsPair> {
  const read = async (): Promise<Pair> => ({
    cert: await readFile(certFile, 'utf8'),
    key: await readFile(keyFile, 'utf8'),
  })
  let pair: Pair
  let expiresMs: number
  try {
    pair = await read()
    expiresMs = checked(pair)
  } catch (cause) {
    throw new AppError('tls_unusable', `TLS_CERT_FILE and TLS_KEY_FILE: ${reasonOf(cause)}`, { cause })
  }
  const listeners: ((pair: Pair) => void)[] = []
  let fault: string | null = null

  const look = async (): Promise<void> => {
    try {
      const found = await read()
      if (found.cert === pair.cert && found.key === pair.key) {
        fault = null
        return
      }
      expiresMs = checked(found)
      pair = found
      fault = null
      log.info({}, 'a new certificate is in use')
      for (const listener of listeners) listener(pair)
    } catch (error) {
      const reason = reasonOf(error)
      if (reason !== fault) log.warn({ reason }, 'the new certificate cannot be used; the one before stays in use')
      fault = reason
    }
  }
  /** One look after the other. */
  let looks = Promise.resolve()
  const lookAgain = (): void => {
    looks = looks.then(look)
  }

  let settling: NodeJS.Timeout | undefined
  const watchers = [...new Set([dirname(certFile), dirname(keyFile)])].flatMap(folder => {
    try {
      // The folder, not the files: they are mostly replaced by renaming, and in containers through a link beside them.
      return [
        watch(folder, { persistent: false }, () => {
          clearTimeout(settling)
          settling = setTimeout(lookAgain, SETTLE_MS)
        }),
      ]
    } catch {
      return []
    }
  })
  for (const watcher of watchers) watcher.on('error', () => watcher.close())
  const timer = setInterval(lookAgain, lookMs)
  timer.unref()

  return {
    current: () => pair,
    onChange: listener => {
      listeners.push(listener)
    },
    warnings: () => [
      ...(fault === null ? [] : ['certificate_not_reloaded']),
      ...(expiresMs <= clock() ? ['certificate_expired'] : []),
      ...(expiresMs > clock() && expiresMs - SOON_MS <= clock() ? ['certificate_expires_soon'] : []),
    ],
    stop() {
      clearInterval(timer)
      clearTimeout(settling)
      for (const watcher of watchers as FSWatcher[]) watcher.close()
    },
  }
}

/** @returns when the certificate ends, epoch ms. Throws when the two do not make a pair. */
function checked({ cert, key }: Pair): number {
  const certificate = new X509Certificate(cert)
  if (!certificate.checkPrivateKey(createPrivateKey(key))) throw new Error('the key is not that of the certificate')
  createSecureContext({ cert, key })
  return Date.parse(certificate.validTo)
}

/** Of OpenSSL's errors only the reason: no part of a file. */
function reasonOf(error: unknown): string {
  const { code, reason, message } = error as { code?: string; reason?: string; message?: string }
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') return `a file cannot be read (${code})`
  return reason ?? message ?? 'no certificate'
}
