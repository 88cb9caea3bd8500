/** The whole check of a package by its recipient: needs the file, a public key, and nothing else. */
import type { VerifyingKey } from '../sign/minisign.ts'
import { readZip } from '../zip.ts'
import { checkFileList, checkHashes, checkSigned, manifestLines, packageFilesOf } from './archive.ts'
import { checkCounts } from './counts.ts'
import { CHECKS, type Check, type CheckId, type Fault, type Report } from './report.ts'
import { checkDescription, checkTables } from './tables.ts'
import { checkTrial, isTrialPackage } from './trial.ts'

/**
 * @param source path or bytes of the ZIP
 * @param key null: everything else is checked, and the report is not ok
 */
export async function verifyPackage(source: string | Buffer, key: VerifyingKey | null): Promise<Report> {
  const found = new Map<CheckId, Fault[]>()
  const { faults, release, files } = packageFilesOf(await readZip(source))
  found.set('archive', faults)
  if (release !== null) {
    const manifest = manifestLines(files)
    if (manifest.lines) {
      found.set('files', checkFileList(files, manifest.lines))
      found.set('hashes', checkHashes(files, manifest.lines))
    } else found.set('files', manifest.faults)
    const signed = checkSigned(files, release, key)
    found.set('signature', signed.signature)
    found.set('comment', signed.comment)
    if (isTrialPackage(files)) {
      const trial = checkTrial(files, release)
      for (const id of ['description', 'tables', 'counts'] as const) found.set(id, trial[id])
    } else {
      const described = checkDescription(files, release)
      found.set('description', described.faults)
      if (described.description) {
        const { faults: tableFaults, tables } = checkTables(files, described.description)
        found.set('tables', tableFaults)
        found.set('counts', checkCounts(files, release, tables))
      }
    }
  }
  const checks = CHECKS.map((id): Check => ({ id, faults: found.get(id) ?? [{ code: 'not_reached' }] }))
  return { ok: checks.every(check => check.faults.length === 0), release, files: files.size, checks }
}
