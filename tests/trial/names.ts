/** Names of people who do not exist, made of common Japanese ones, to be looked for where they must not be. */
import type { Chance } from '../../device-sim/random.ts'

const FAMILY: readonly [string, string][] = [
  ...([
    ['佐藤', 'サトウ'],
    ['鈴木', 'スズキ'],
    ['高橋', 'タカハシ'],
    ['田中', 'タナカ'],
  ] as const),
  ...([
    ['伊藤', 'イトウ'],
    ['渡辺', 'ワタナベ'],
    ['山本', 'ヤマモト'],
    ['中村', 'ナカムラ'],
  ] as const),
  ...([
    ['小林', 'コバヤシ'],
    ['加藤', 'カトウ'],
    ['吉田', 'ヨシダ'],
    ['山田', 'ヤマダ'],
  ] as const),
  ...([
    ['松本', 'マツモト'],
    ['井上', 'イノウエ'],
    ['木村', 'キムラ'],
    ['斎藤', 'サイトウ'],
  ] as const),
].map(([kanji, kana]) => [kanji, kana])
const GIVEN: Readonly<Record<'female' | 'male', readonly [string, string][]>> = {
  female: [
    ['和子', 'カズコ'],
    ['幸子', 'サチコ'],
    ['節子', 'セツコ'],
    ['文子', 'フミコ'],
    ['千代', 'チヨ'],
    ['キヨ', 'キヨ'],
  ],
  male: [
    ['正', 'タダシ'],
    ['清', 'キヨシ'],
    ['茂', 'シゲル'],
    ['実', 'ミノル'],
    ['勇', 'イサム'],
    ['三郎', 'サブロウ'],
  ],
}

export function nameOf(chance: Chance, sex: 'female' | 'male'): { name: string; kana: string } {
  const given = GIVEN[sex]
  const [family, familyKana] = FAMILY[chance.whole(0, FAMILY.length - 1)] as [string, string]
  const [first, firstKana] = given[chance.whole(0, given.length - 1)] as [string, string]
  return { name: `${family} ${first}`, kana: `${familyKana} ${firstKana}` }
}
