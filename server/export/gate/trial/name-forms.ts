/** The forms in which a known name may be written: with and without blanks, in either kana, in Latin letters, and either part first. */

/** Width, case and kana are one to a reader: NFKC, lower case, hiragana as katakana. */
export const folded = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[ぁ-ゖ]/g, letter => String.fromCharCode(letter.charCodeAt(0) + 0x60))

/** All forms of a name, folded; each to be looked for where no letter of its own script touches a Latin one. */
export function nameForms(name: string): string[] {
  const whole = folded(name).trim()
  const parts = whole.split(/[\s・,]+/).filter(part => part !== '')
  if (parts.length === 0) return []
  const kana = parts.every(part => /^[ァ-ヺー]+$/.test(part))
  const spellings = kana ? [parts, ...romanised(parts)] : [parts]
  const forms = spellings.flatMap(spelled =>
    [spelled, [...spelled].reverse()].flatMap(order => [' ', '', '-', '_', '.', '・'].map(sign => order.join(sign))),
  )
  return [...new Set([whole, ...forms])].filter(form => [...form].length >= 2)
}

/** Katakana in Hepburn; `small` ones join the letter before. */
const HEPBURN: Readonly<Record<string, string>> = Object.fromEntries(
  `アa イi ウu エe オo カka キki クku ケke コko サsa シshi スsu セse ソso タta チchi ツtsu テte トto ナna ニni ヌnu ネne ノno
  ハha ヒhi フfu ヘhe ホho マma ミmi ムmu メme モmo ヤya ユyu ヨyo ラra リri ルru レre ロro ワwa ヲo ンn ガga ギgi グgu ゲge ゴgo
  ザza ジji ズzu ゼze ゾzo ダda ヂji ヅzu デde ドdo バba ビbi ブbu ベbe ボbo パpa ピpi プpu ペpe ポpo ヴvu
  ァa ィi ゥu ェe ォo`
    .split(/\s+/)
    .map(pair => [pair.slice(0, 1), pair.slice(1)]),
)
const SMALL: Readonly<Record<string, string>> = { ャ: 'a', ュ: 'u', ョ: 'o' }

function hepburn(kana: string): string {
  let text = ''
  let doubled = false
  for (const letter of kana) {
    const small = SMALL[letter]
    if (letter === 'ッ') doubled = true
    else if (letter === 'ー') text += text.at(-1) ?? ''
    else if (small) text = text.replace(/i$/, /(sh|ch|j)i$/.test(text) ? '' : 'y') + small
    else {
      const latin = HEPBURN[letter] ?? letter
      text += doubled ? (latin.startsWith('ch') ? 't' : latin.slice(0, 1)) + latin : latin
      doubled = false
    }
  }
  return text
}

/** As passports have it, with long vowels written out, with h for a long o, and in Kunrei spelling. */
function romanised(parts: readonly string[]): string[][] {
  const long = parts.map(hepburn)
  const short = long.map(part => part.replace(/o[ou]/g, 'o').replace(/uu/g, 'u'))
  const withH = long.map(part => part.replace(/o[ou]/g, 'oh'))
  const kunrei = long.map(part =>
    part
      .replaceAll('shi', 'si')
      .replaceAll('chi', 'ti')
      .replaceAll('tsu', 'tu')
      .replaceAll('fu', 'hu')
      .replaceAll('ji', 'zi')
      .replace(/(sh)(?=[auo])/g, 'sy')
      .replace(/(ch)(?=[auo])/g, 'ty')
      .replace(/j(?=[auo])/g, 'zy'),
  )
  const labial = short.map(part => part.replace(/n(?=[bmp])/g, 'm'))
  return [short, long, withH, kunrei, labial]
}

/** A Latin letter at the edge of a form must not be within a longer word; other scripts write no blanks. */
export function standsIn(form: string, text: string): boolean {
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1)) {
    const before = text.slice(0, at).at(-1) ?? ' '
    const after = text.slice(at + form.length).at(0) ?? ' '
    if (!touches(before, form.at(0) ?? '') && !touches(form.at(-1) ?? '', after)) return true
  }
  return false
}

const touches = (one: string, other: string): boolean => /[a-z0-9]/.test(one) && /[a-z0-9]/.test(other)
