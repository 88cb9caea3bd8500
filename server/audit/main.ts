/** `npm run audit-verify`: checks an exported audit trail without server or database. */
import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { LANGUAGES, type Language, languageSchema } from '../../core/profile.ts'
import { parsePublicKey } from '../export/sign/minisign.ts'
import { checkExport, type ExportCheck } from './check-export.ts'
import { type NoteVerifier, parseVerifierKey, rawPublic } from './note.ts'
import { AUDIT_TEXTS, type AuditTexts } from './texts.ts'

const HELP = `Usage: npm run audit-verify -- <export.ndjson> --key <public key, or a file that holds it> [--checkpoint <file>]… [--lang ko|ja|en]

Checks an audit trail exported by GET /api/v1/audit/export: every entry, the chain, the tree, the checkpoint in the export,
and each checkpoint that somebody kept elsewhere. Needs neither server nor database.
The key is the platform's minisign public key (as for npm run verify) or the verifier key of GET /api/v1/audit/key.
Exit code: 0 all holds, 1 something does not (the first bad entry is named), 2 wrong usage.`

interface Usage {
  file: string
  verifier: NoteVerifier
  checkpoints: { name: string; note: string }[]
  language: Language
}

function parseUsage(): Usage | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        checkpoint: { type: 'string', multiple: true },
        lang: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    if (values.help) return HELP
    const [file, ...rest] = positionals
    if (file === undefined || rest.length > 0) return 'Give one export.'
    if (!isFile(file)) return `There is no file ${file}.`
    if (values.key === undefined) return 'Give the public key with --key.'
    const verifier = verifierOf(isFile(values.key) ? readFileSync(values.key, 'utf8') : values.key)
    if (!verifier) return '--key is neither a minisign public key, nor a verifier key, nor a file that holds one.'
    const missing = values.checkpoint?.find(name => !isFile(name))
    if (missing !== undefined) return `There is no file ${missing}.`
    const checkpoints = (values.checkpoint ?? []).map(name => ({ name, note: readFileSync(name, 'utf8') }))
    const language = values.lang === undefined ? languageOf(process.env) : languageSchema.safeParse(values.lang).data
    return language ? { file, verifier, checkpoints, language } : `--lang takes ${LANGUAGES.join(', ')}.`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const isFile = (name: string): boolean => statSync(name, { throwIfNoEntry: false })?.isFile() === true

function verifierOf(text: string): NoteVerifier | null {
  const minisign = parsePublicKey(text)
  return minisign ? { name: null, publicKey: rawPublic(minisign.publicKey) } : parseVerifierKey(text)
}

function languageOf(env: NodeJS.ProcessEnv): Language {
  const wanted = (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').slice(0, 2)
  return LANGUAGES.find(language => language === wanted) ?? 'en'
}

function linesOf(check: ExportCheck, say: AuditTexts): string[] {
  const told = ({ name, judged }: ExportCheck['outside'][number]): string =>
    `${say.checkpoint(name, judged.checkpoint?.size ?? null)} ${say.result[judged.result]}`
  return [
    say.entries(check.entries),
    say.root(check.root.toString('base64')),
    say.inside(check.inside.holding, check.inside.count),
    ...check.outside.map(told),
    ...check.findings.map(({ kind, seq }) => say.finding[kind](seq)),
    ...(check.found > check.findings.length ? [say.more(check.found - check.findings.length)] : []),
    ...(check.isSigned ? [] : [say.unsigned]),
    ...(check.ok && check.outside.length === 0 ? [say.noWitness] : []),
    check.ok ? say.holds : say.broken(check.firstBad),
  ]
}

const usage = parseUsage()
if (usage === HELP) console.log(HELP)
else if (typeof usage === 'string') {
  console.error(`${usage}\n\n${HELP}`)
  process.exitCode = 2
} else {
  const progress = (entries: number): void => void process.stderr.write(`${entries}\n`)
  try {
    const check = await checkExport(usage.file, usage.verifier, usage.checkpoints, progress)
    console.log(linesOf(check, AUDIT_TEXTS[usage.language]).join('\n'))
    process.exitCode = check.ok ? 0 : 1
  } catch (error) {
    console.error(`audit-verify: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
}
