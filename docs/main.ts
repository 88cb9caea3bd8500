/** Writes the pages that are made from the sources: `npm run docs`. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { devicesPage } from './devices.ts'
import { permissionsPage } from './permissions.ts'

await writeFile(join(import.meta.dirname, 'permissions.md'), permissionsPage())
await writeFile(join(import.meta.dirname, 'devices.md'), devicesPage())
