// Prints one closing line, `N passed, N failed, N skipped`, over the JSON reports of vitest that are given as arguments.
import { existsSync, readFileSync } from 'node:fs'

const reports = process.argv
  .slice(2)
  .filter(existsSync)
  .map(file => JSON.parse(readFileSync(file, 'utf8')))
const sum = count => reports.reduce((total, report) => total + count(report), 0)
const passed = sum(report => report.numPassedTests)
// A file that cannot even be loaded fails without a failed test.
const failed = sum(report => report.numFailedTests || (report.success ? 0 : 1))
const skipped = sum(report => report.numPendingTests + report.numTodoTests)
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`)
