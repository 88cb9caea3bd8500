/** The newest checkpoint in a file beside the database. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export function createBesideFile(dataDir: string): {
  read(): Promise<string | null>
  write(note: string): Promise<void>
} {
  const file = join(dataDir, 'audit.checkpoint')
  return {
    async read() {
      return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) =>
        error.code === 'ENOENT' ? null : Promise.reject(error),
      )
    },
    async write(note) {
      await mkdir(dataDir, { recursive: true })
      await writeFile(`${file}.new`, note)
      await rename(`${file}.new`, file)
    },
  }
}
