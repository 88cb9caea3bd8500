/** `npm run verify`: the recipient's offline check of a dataset package. */
import { readFileSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { LANGUAGES, type Language, languageSchema } from '../../../core/profile.ts'
import { parsePublicKey, type VerifyingKey } from '../sign/minisign.ts'
import { reportLines } from './print.ts'
import { verifyPackage } from './verify.ts'

const HELP = `Usage: npm run verify -- <package.zip> --key <public key, or a file that holds it> [--lang ko|ja|en]

Checks a dataset package offline: archive, checksums, signature, description, tables, counts.
Without --key everything else is checked and the result is a failure: signature not checked.
Exit code: 0 all holds, 1 something does not, 2 wrong usage.`

function parseUsage(): { file: string; key: VerifyingKey | null; language: Language } | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { key: { type: 'string' }, lang: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) return HELP
    const [file, ...rest] = positionals
    if (file === undefined || rest.length > 0) return 'Give one package.'
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return `There is no file ${file}.`
    const language = values.lang === undefined ? languageOf(process.env) : languageSchema.safeParse(values.lang).data
    if (!language) return `--lang takes ${LANGUAGES.join(', ')}.`
    const key = values.key === undefined ? null : keyOf(values.key)
    if (key === undefined) return '--key is neither a minisign public key nor a file that holds one.'
    return { file, key, language }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function keyOf(given: string): VerifyingKey | undefined {
  const text = statSync(given, { throwIfNoEntry: false })?.isFile() ? readFileSync(given, 'utf8') : given
  return parsePublicKey(text) ?? undefined
}

function languageOf(env: NodeJS.ProcessEnv): Language {
  const wanted = (env.LC_ALL || env.LC_MESSAGES || env.LANG || '').slice(0, 2)
  return LANGUAGES.find(language => language === wanted) ?? 'en'
}

const usage = parseUsage()
if (usage === HELP) console.log(HELP)
else if (typeof usage === 'string') {
  console.error(`${usage}\n\n${HELP}`)
  process.exitCode = 2
} else {
  const report = await verifyPackage(usage.file, usage.key)
  console.log(reportLines(report, usage.language).join('\n'))
  process.exitCode = report.ok ? 0 : 1
}
