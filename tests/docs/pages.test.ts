// The pages made from the sources say what the sources say.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { devicesPage } from '../../docs/devices.ts'
import { permissionsPage } from '../../docs/permissions.ts'

it.each([
  ['permissions.md', permissionsPage],
  ['devices.md', devicesPage],
])('%s is current: npm run docs makes it anew', async (name, page) => {
  expect(await readFile(join(import.meta.dirname, '../../docs', name), 'utf8')).toBe(page())
})
