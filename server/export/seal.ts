/** Signs the files of a finished package and packs them into the archive that leaves. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../core/errors.ts'
import { RELEASE_FOLDER } from './outcome.ts'
import { MANIFEST, SIGNATURE, sha256, sortedByPath } from './package/manifest.ts'
import { type SigningKey, signBytes } from './sign/minisign.ts'
import { trustedCommentOf } from './verify/archive.ts'
import { writeZip, type ZipEntry } from './zip.ts'

export interface Sealed {
  name: string
  manifestSha256: string
  bytes: number
  sha256: string
}

/** Writes `{release}.zip` into the release folder inside `work`. Throws `gate_refused` without a manifest. */
export async function sealPackage(
  work: string,
  release: string,
  files: readonly ZipEntry[],
  key: SigningKey,
): Promise<Sealed> {
  const manifest = files.find(file => file.path === MANIFEST)?.content
  if (!manifest) throw new AppError('gate_refused', 'The written archive has no manifest')
  const manifestSha256 = sha256(manifest)
  const comment = trustedCommentOf(release, manifestSha256, key.id)
  const signature = { path: SIGNATURE, content: Buffer.from(signBytes(manifest, key, comment)) }
  const name = `${release}.zip`
  const file = join(work, RELEASE_FOLDER, name)
  await mkdir(join(work, RELEASE_FOLDER))
  await writeZip(file, inFolder(release, sortedByPath([...files, signature])))
  return { name, manifestSha256, bytes: (await stat(file)).size, sha256: await hashOf(file) }
}

export const inFolder = (release: string, files: readonly ZipEntry[]): ZipEntry[] =>
  files.map(({ path, content }) => ({ path: `${release}/${path}`, content }))

export async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}
