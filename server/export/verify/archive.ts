/** Checks a package's outer shape: one folder, exactly the files of the manifest, each with its checksum, signed by the key. */
import { MANIFEST, SIGNATURE, sha256 } from '../package/manifest.ts'
import { checkSignature, type VerifyingKey } from '../sign/minisign.ts'
import type { ZipContent, ZipEntry } from '../zip.ts'
import type { Fault } from './report.ts'

/** Files by path inside the package's folder. */
export type PackageFiles = ReadonlyMap<string, Buffer>

export function packageFilesOf(zip: ZipContent): { faults: Fault[]; release: string | null; files: PackageFiles } {
  if (!zip.ok) return { faults: [{ code: zip.fault, subject: zip.detail }], release: null, files: new Map() }
  const folders = new Set(zip.entries.map(entry => entry.path.slice(0, Math.max(0, entry.path.indexOf('/')))))
  const [release] = folders
  if (folders.size !== 1 || !release) return { faults: [{ code: 'top_folder' }], release: null, files: new Map() }
  const inside = (entry: ZipEntry): [string, Buffer] => [entry.path.slice(release.length + 1), entry.content]
  return { faults: [], release, files: new Map(zip.entries.map(inside)) }
}

/** The manifest's lines, path → SHA-256; null when it is missing or not as written by the platform. */
export function manifestLines(files: PackageFiles): { lines: Map<string, string> | null; faults: Fault[] } {
  const text = files.get(MANIFEST)?.toString()
  if (text === undefined) return { lines: null, faults: [{ code: 'manifest_missing' }] }
  const lines = new Map<string, string>()
  const malformed = { lines: null, faults: [{ code: 'manifest_malformed' as const }] }
  if (!text.endsWith('\n')) return malformed
  for (const line of text.slice(0, -1).split('\n')) {
    const match = /^([0-9a-f]{64}) {2}([A-Za-z0-9._/-]+)$/.exec(line)
    if (!match || lines.has(match[2]!)) return malformed
    lines.set(match[2]!, match[1]!)
  }
  return { lines, faults: [] }
}

export function checkFileList(files: PackageFiles, lines: ReadonlyMap<string, string>): Fault[] {
  const expected = new Set([...lines.keys(), MANIFEST, SIGNATURE])
  const missing = [...lines.keys()].filter(path => !files.has(path))
  const extra = [...files.keys()].filter(path => !expected.has(path))
  return [
    ...missing.map((subject): Fault => ({ code: 'file_missing', subject })),
    ...extra.map((subject): Fault => ({ code: 'file_extra', subject })),
  ]
}

export const checkHashes = (files: PackageFiles, lines: ReadonlyMap<string, string>): Fault[] =>
  [...lines].flatMap(([path, hash]) => {
    const content = files.get(path)
    return content && sha256(content) !== hash ? [{ code: 'file_changed' as const, subject: path }] : []
  })

/** What the trusted comment says, so that a signature cannot be moved to another release. */
export const trustedCommentOf = (release: string, manifestSha256: string, keyId: string): string =>
  `release:${release} manifest:${manifestSha256} key:${keyId}`

/** @param key null: the signature is there but nobody gave a key to check it with */
export function checkSigned(
  files: PackageFiles,
  release: string,
  key: VerifyingKey | null,
): { signature: Fault[]; comment: Fault[] } {
  const manifest = files.get(MANIFEST)
  const text = files.get(SIGNATURE)?.toString()
  if (!manifest || text === undefined) return unsigned({ code: 'signature_missing' })
  if (!key) return unsigned({ code: 'signature_not_checked' })
  const result = checkSignature(manifest, text, key)
  if (!result.ok) {
    if (result.reason === 'malformed') return unsigned({ code: 'signature_malformed' })
    if (result.reason === 'other_key') return unsigned({ code: 'signature_other_key', subject: result.keyId ?? '' })
    if (result.reason === 'content') return unsigned({ code: 'signature_content' })
    return { signature: [], comment: [{ code: 'signature_comment' }] }
  }
  const agrees = result.trustedComment === trustedCommentOf(release, sha256(manifest), key.id)
  return { signature: [], comment: agrees ? [] : [{ code: 'comment_disagrees' }] }
}

const unsigned = (fault: Fault) => ({ signature: [fault], comment: [{ code: 'not_reached' as const }] })
