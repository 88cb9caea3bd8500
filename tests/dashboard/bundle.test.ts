/** Shows that what the browser must load stays within its budget, speaks three languages only, and needs no inline code. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildDashboard, bundleSizes } from '../../dashboard/build.ts'

const DIST = fileURLToPath(new URL('../../dashboard/dist/', import.meta.url))
const kB = (bytes: number): number => bytes / 1000

beforeAll(async () => {
  await buildDashboard()
}, 120_000)

describe('the built dashboard', () => {
  it('keeps its budget', async () => {
    const { entry, chunks, styles } = await bundleSizes()
    expect(kB(entry)).toBeLessThanOrEqual(200)
    for (const chunk of chunks) expect([chunk.name, kB(chunk.bytes) <= 70]).toEqual([chunk.name, true])
    // A page takes the first style sheet, its own and few of its parts: below the 20 kB that the look may cost.
    expect(kB(styles.entry)).toBeLessThanOrEqual(10)
    for (const chunk of styles.chunks) expect([chunk.name, kB(chunk.bytes) <= 4]).toEqual([chunk.name, true])
    for (const language of ['ja', 'ko', 'en']) {
      // Those that every screen says, and those of the administration.
      const words = chunks.filter(chunk => chunk.name.includes(`/${language}-`))
      expect(words).toHaveLength(2)
      for (const chunk of words) expect([chunk.name, kB(chunk.bytes) <= 15]).toEqual([chunk.name, true])
    }
  })

  it('is not built again when nothing has changed', async () => {
    expect(await buildDashboard()).toBe(false)
  })

  it('holds no texts of other languages than its three', () => {
    const scripts = readdirSync(join(DIST, 'assets')).filter(name => name.endsWith('.js'))
    const text = scripts.map(name => readFileSync(join(DIST, 'assets', name), 'utf8')).join('\n')
    // Sentences in Arabic or Russian would come with React Aria's other languages; its table of date letters (one word each) may stay.
    expect(text.match(/(?:[\u0600-\u06ff]{3,} ){2,}|(?:[\u0400-\u04ff]{3,} ){2,}/g) ?? []).toEqual([])
  })

  it('has no inline script or style in its page', () => {
    const page = readFileSync(join(DIST, 'index.html'), 'utf8')
    expect(page).not.toMatch(/<style|style=|<script(?![^>]*\ssrc=)/)
  })
})
