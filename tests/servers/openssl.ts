// Certificates made by the real openssl, for tests.
import { execFile } from 'node:child_process'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findExecutable, locate, type Program } from './find.ts'

const run = promisify(execFile)
export const openssl: Program = {
  name: 'openssl',
  install: 'install the package openssl',
  find: () => findExecutable('OPENSSL_BIN', ['openssl']),
}

/** Makes a self-signed pair for 127.0.0.1 and localhost and puts it in place by renaming, as certificate tools do. */
export async function makePair(folder: string, { name = 'server', days = 30 } = {}) {
  const files = { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) }
  const fresh = { cert: `${files.certFile}.new`, key: `${files.keyFile}.new` }
  await run(locate(openssl), [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', String(days)],
    ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
    ...['-keyout', fresh.key, '-out', fresh.cert],
  ])
  await rename(fresh.cert, files.certFile)
  await rename(fresh.key, files.keyFile)
  return files
}
