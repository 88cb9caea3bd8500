// The list of what guards the server is true: each stands once where it is said to, and the tests that are said to see it missing are there.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { SERVER_GUARDS } from './server-guards/all.ts'
import { ROOT } from './world.ts'

it.each(SERVER_GUARDS.map(guard => [guard.name, guard] as const))('%s: stands once', async (_, guard) => {
  for (const [file, text, without] of guard.edits) {
    const source = await readFile(join(ROOT, file), 'utf8')
    expect([file, source.split(text).length - 1]).toEqual([file, 1])
    expect(without).not.toBe(text)
  }
  const [file] = guard.seenBy
  expect(await readFile(join(ROOT, file), 'utf8')).toMatch(/\b(it|describeWith)\b/)
})

it('names each guard once', () => {
  const names = SERVER_GUARDS.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
})
