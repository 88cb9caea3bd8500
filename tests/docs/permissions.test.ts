// The page of permissions says what the rules say.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { permissionsPage } from '../../docs/permissions.ts'

it('is current: npm run docs makes it anew', async () => {
  expect(await readFile(join(import.meta.dirname, '../../docs/permissions.md'), 'utf8')).toBe(permissionsPage())
})
