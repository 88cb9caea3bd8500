/** Writes the pages that are made from the sources: `npm run docs`. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { permissionsPage } from './permissions.ts'

await writeFile(join(import.meta.dirname, 'permissions.md'), permissionsPage())
