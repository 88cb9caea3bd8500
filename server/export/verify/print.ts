/** Turns the report of a check into lines for a person. */
import type { Language } from '../../../core/profile.ts'
import { VERIFY_TEXTS } from './messages.ts'
import type { Report } from './report.ts'

/** Of one check; a broken archive may have thousands. */
const SHOWN_FAULTS = 10

export function reportLines(report: Report, language: Language): string[] {
  const texts = VERIFY_TEXTS[language]
  const lines = report.checks.flatMap(({ id, faults }) => {
    const shown = faults.slice(0, SHOWN_FAULTS).map(({ code, subject }) => {
      return `        ${texts.faults[code].replace('{}', () => printable(subject ?? ''))}`
    })
    const rest = faults.length > SHOWN_FAULTS ? [`        ${texts.more}: ${faults.length - SHOWN_FAULTS}`] : []
    return [`[${faults.length === 0 ? texts.passed : texts.failed}] ${texts.checks[id]}`, ...shown, ...rest]
  })
  const unsigned = report.checks.some(({ faults }) => faults.some(({ code }) => code === 'signature_not_checked'))
  const restHolds = report.checks.every(
    ({ id, faults }) => id === 'signature' || id === 'comment' || faults.length === 0,
  )
  return [...lines, report.ok ? texts.all : unsigned && restHolds ? texts.unsigned : texts.some]
}

/** Names come from a file nobody vouches for: no control characters reach the terminal. */
const printable = (text: string): string => text.replace(/[^\P{C} ]/gu, '?').slice(0, 200)
