/** Shows that the three catalogues say the same things, and that no words stand outside them. */
import { compileMessage } from '@lingui/message-utils/compileMessage'
import { parseSync } from 'vite'
import { describe, expect, it } from 'vitest'
import adminEn from '../../dashboard/src/words/admin/en.json' with { type: 'json' }
import adminJa from '../../dashboard/src/words/admin/ja.json' with { type: 'json' }
import adminKo from '../../dashboard/src/words/admin/ko.json' with { type: 'json' }
import everydayEn from '../../dashboard/src/words/en.json' with { type: 'json' }
import everydayJa from '../../dashboard/src/words/ja.json' with { type: 'json' }
import everydayKo from '../../dashboard/src/words/ko.json' with { type: 'json' }
import { sourceFiles } from './source-files.ts'

const ja: Record<string, string> = { ...everydayJa, ...adminJa }
const ko: Record<string, string> = { ...everydayKo, ...adminKo }
const en: Record<string, string> = { ...everydayEn, ...adminEn }
const catalogues: Record<string, Record<string, string>> = { ja, ko, en }
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+(?=[,}])/g) ?? [])].sort()
const CJK = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]/

describe('the catalogues', () => {
  it('have exactly the same ids in all three languages', () => {
    expect(Object.keys(ko)).toEqual(Object.keys(ja))
    expect(Object.keys(en)).toEqual(Object.keys(ja))
    expect(Object.keys(adminKo)).toEqual(Object.keys(adminJa))
    expect(Object.keys(adminEn)).toEqual(Object.keys(adminJa))
  })

  it('say nothing in two places', () => {
    expect(Object.keys(everydayJa).filter(id => id in adminJa)).toEqual([])
  })

  it.each(Object.keys(ja))('use the same figures for %s', id => {
    const wanted = placeholders(catalogues.ja?.[id] ?? '')
    for (const words of [ko, en] as Record<string, string>[]) expect(placeholders(words[id] ?? '')).toEqual(wanted)
  })

  it.each(Object.entries(catalogues))('hold only messages that compile and say something (%s)', (_, words) => {
    for (const text of Object.values(words)) {
      expect(text.trim() === '' && text !== '\u3000' && text !== '   ').toBe(false)
      expect(() => compileMessage(text)).not.toThrow()
    }
  })

  it('keep to their own script', () => {
    for (const text of Object.values(en)) expect(text).not.toMatch(CJK)
    for (const text of Object.values(ja)) expect(text).not.toMatch(/[\uac00-\ud7af]/)
    for (const text of Object.values(ko)) expect(text).not.toMatch(/[\u3040-\u30ff]/)
  })

  it('never call a room a living room', () => {
    for (const text of Object.values(ko)) expect(text).not.toContain('거실')
  })

  it('hold nothing that no screen says', () => {
    const code = sourceFiles(/\.tsx?$/)
      .map(file => file.text)
      .join('\n')
    const dynamic = [...code.matchAll(/`([\w.]+)\.\$\{/g)].map(match => `${match[1]}.`)
    const unused = Object.keys(ja).filter(
      id => ![`'${id}'`, `"${id}"`].some(said => code.includes(said)) && !dynamic.some(prefix => id.startsWith(prefix)),
    )
    expect(unused).toEqual([])
  })
})

/** Texts that a reader would see or hear and that stand in the code: JSX text with letters, and named attributes. */
function literalTexts(name: string, text: string): string[] {
  const found: string[] = []
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const each of node) visit(each)
      return
    }
    if (typeof node !== 'object' || node === null) return
    const { type, value, name: attribute } = node as { type?: string; value?: unknown; name?: { name?: string } }
    if (type === 'JSXText' && typeof value === 'string' && /\p{L}/u.test(value)) found.push(value.trim())
    const literal = value as { type?: string; value?: unknown } | null
    if (
      type === 'JSXAttribute' &&
      ['title', 'alt', 'placeholder', 'aria-label', 'label', 'head', 'sub'].includes(attribute?.name ?? '')
    )
      if (literal?.type === 'Literal' && /\p{L}/u.test(String(literal.value)))
        found.push(`${attribute?.name}=${literal.value}`)
    for (const child of Object.values(node)) visit(child)
  }
  visit(parseSync(name, text).program)
  return found
}

describe('the code', () => {
  it('is caught when it holds words', () => {
    expect(literalTexts('planted.tsx', 'const a = <p title="Rooms">Hello {b}</p>')).toEqual(['title=Rooms', 'Hello'])
  })

  it.each(sourceFiles(/\.tsx$/))('holds no words of its own in $name', ({ name, text }) => {
    expect(literalTexts(name, text).filter(found => found !== 'P0')).toEqual([])
  })

  it.each(sourceFiles(/\.tsx?$/).filter(file => file.name !== 'words/names.ts'))(
    'holds no Japanese or Korean in $name',
    ({ text }) => {
      // Comments may show an example.
      expect(text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')).not.toMatch(CJK)
    },
  )
})
