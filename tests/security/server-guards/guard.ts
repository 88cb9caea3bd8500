/** The form in which a guard of the server is written down: the text that makes it, and the tests that must fail without it. */
import type { Guard } from '../mutants.ts'

export interface ServerGuard extends Pick<Guard, 'name' | 'edits'> {
  /** A file of tests, and a part of the tests' names where the rest need not run. */
  seenBy: readonly [file: string, names?: string]
}
type Line = readonly [
  name: string,
  seenBy: ServerGuard['seenBy'],
  ...edits: [file: string, guard: string, without: string][],
]

export const guards = (lines: readonly Line[]): readonly ServerGuard[] =>
  lines.map(([name, seenBy, ...edits]) => ({ name, seenBy, edits }))
