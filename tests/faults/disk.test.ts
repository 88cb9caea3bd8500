/** The disk of the fault harness forgets exactly what was not synced, and says so when it is asked to fail. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeWhole } from './disk-state.ts'
import { cutPower, type Luck } from './power-cut.ts'
import { createRandom } from './random.ts'

let root = ''
let folder = ''
let image = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mimamori-disk-'))
  folder = join(root, 'folder')
  image = join(root, 'image')
  mkdirSync(folder)
  takeWhole(folder, image)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Runs a script on that disk; in it `at` gives a path and `syncFolder` syncs one. */
const run = (script: string, lying = '') =>
  promisify(execFile)(
    process.execPath,
    [
      ...['--import', import.meta.resolve('tsx'), '--import', new URL('./disk.ts', import.meta.url).href],
      ...['--input-type=module', '-e'],
      `import { open, rename, unlink, mkdir } from 'node:fs/promises'
       const at = name => ${JSON.stringify(folder)} + '/' + name
       const write = async (name, text, sync) => {
         const file = await open(at(name), 'a')
         await file.appendFile(text)
         if (sync) await file.datasync()
         await file.close()
       }
       const syncFolder = async name => {
         const handle = await open(at(name), 'r')
         await handle.sync()
         await handle.close()
       }
       ${script}`,
    ],
    { env: { ...process.env, FAULT_DISK: folder, FAULT_IMAGE: image, FAULT_LYING: lying } },
  )
const cut = (luck: Luck = 'none') => cutPower(folder, image, luck, createRandom(1))
const content = (name: string): string => readFileSync(join(folder, name), 'utf8')

test('synced bytes under a synced name stay, all others go', async () => {
  await run(`
    await write('kept', 'one', true)
    await syncFolder('')
    await write('kept', 'two', false)
    await write('nameless', 'synced, but not its name', true)
  `)
  expect(readdirSync(folder).sort()).toEqual(['kept', 'nameless'])
  expect(cut()).toMatchObject({ lostBytes: 3, lostNames: 1 })
  expect(readdirSync(folder)).toEqual(['kept'])
  expect(content('kept')).toBe('one')
})

test('a renaming and a removal are undone unless the folder was synced', async () => {
  await run(`
    await write('old', 'old', true)
    await write('gone', 'back', true)
    await syncFolder('')
    await write('new', 'new', true)
    await rename(at('new'), at('old'))
    await unlink(at('gone'))
  `)
  cut()
  expect([content('old'), content('gone')]).toEqual(['old', 'back'])
})

test('a folder that its parent was not synced for goes with all that is in it', async () => {
  await run(`
    await mkdir(at('below'))
    await write('below/file', 'x', true)
    await syncFolder('below')
  `)
  cut()
  expect(readdirSync(folder)).toEqual([])
})

test('what one process left unsynced is synced by the next one, or not', async () => {
  await run(
    `await write('a', '1', true); await write('b', '1', true); await syncFolder(''); await write('a', '2', false); await write('b', '2', false)`,
  )
  await run(`await write('a', '3', true)`)
  cut()
  expect([content('a'), content('b')]).toEqual(['123', '1'])
})

test('nothing is kept on a disk that lies', async () => {
  await run(`await write('a', '1', true); await syncFolder('')`, 'yes')
  cut()
  expect(readdirSync(folder)).toEqual([])
})

test('by luck a beginning of the unsynced bytes may be there', async () => {
  await run(`await write('a', 'synced', true); await syncFolder(''); await write('a', '-'.repeat(1000), false)`)
  cut('tails')
  expect(content('a')).toMatch(/^synced-*$/)
  expect(content('a').length).toBeLessThan(1006)
})
