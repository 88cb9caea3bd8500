/** Looks for the release's key, and for salts and seeds of anything, in every file of a package. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrialFinding } from './finding.ts'

/** In the spellings in which bytes are written. */
export async function checkSecrets(
  packageFolder: string,
  paths: readonly string[],
  releaseKey: Uint8Array,
): Promise<TrialFinding[]> {
  const key = Buffer.from(releaseKey)
  const spelled = [key.toString('hex'), key.toString('base64'), key.toString('base64url')].map(text =>
    text.replace(/=+$/, ''),
  )
  const findings: TrialFinding[] = []
  for (const path of paths) {
    const content = await readFile(join(packageFolder, path))
    const text = content.toString('latin1')
    const held = content.includes(key) || spelled.some(form => text.toLowerCase().includes(form.toLowerCase()))
    if (held) findings.push({ check: 'secrets', where: path })
    if (path.endsWith('.json') && namesSecret(JSON.parse(content.toString())))
      findings.push({ check: 'secrets', where: path })
  }
  return findings
}

const SECRET = /^(.*_)?(key|salt|seed|secret|nonce|password|token)(_hex|_base64)?$/i
/** A key of this name whose value is no sentence. */
function namesSecret(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(
    ([name, of]) => namesSecret(of) || (SECRET.test(name) && typeof of === 'string' && /^\S{16,}$/.test(of)),
  )
}
