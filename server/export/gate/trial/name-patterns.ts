/** What names of Japanese and Korean people look like, whoever they are; tried on documents, with the recipient's own name taken out. */

/** The fifty or so most common family names of Japan, kanji and Hepburn. */
const FAMILY_NAMES =
  `佐藤sato 鈴木suzuki 高橋takahashi 田中tanaka 伊藤ito 渡辺watanabe 渡邊watanabe 山本yamamoto 中村nakamura 小林kobayashi 加藤kato
  吉田yoshida 山田yamada 佐々木sasaki 山口yamaguchi 松本matsumoto 井上inoue 木村kimura 斎藤saito 斉藤saito 清水shimizu 山崎yamazaki 阿部abe 池田ikeda
  橋本hashimoto 石川ishikawa 山下yamashita 小川ogawa 石井ishii 長谷川hasegawa 後藤goto 岡田okada 近藤kondo 前田maeda 藤田fujita 遠藤endo 青木aoki
  坂本sakamoto 村上murakami 太田ota 金子kaneko 藤井fujii 福田fukuda 西村nishimura 三浦miura 竹内takeuchi 中川nakagawa 岡本okamoto 松田matsuda
  原田harada 小野ono 中野nakano 田村tamura 藤原fujiwara 中島nakajima 林田hayashida 和田wada 石田ishida 上田ueda 森田morita`
    .split(/\s+/)
    .map(pair => /^(\P{ASCII}+)(\w+)$/u.exec(pair))
const KANJI = FAMILY_NAMES.map(match => match?.[1] ?? '').join('|')
const LATIN = [...new Set(FAMILY_NAMES.map(match => match?.[2] ?? ''))]
  .flatMap(name => [name[0]?.toUpperCase() + name.slice(1), name.toUpperCase()])
  .join('|')
/** People who are addressed without being named. */
const NOBODY = '(?:皆|お客|利用者|入居者|患者|担当者|ご家族|貴社|各位|奥|神|王)'
const KOREAN_FAMILY =
  '(?!고객|이용자|이웃|신청자|전문가|임직원|조합원)(?:김|이|박|최|정|강|조|윤|장|임|한|오|서|신|권|황|안|송|류|홍|전|고|문|손|양|배|백|허|남|심|노|하)'

/** Tried on NFKC text with its case. */
export const NAME_PATTERNS: readonly { kind: string; pattern: RegExp }[] = [
  {
    kind: 'Japanese name',
    pattern: new RegExp(
      `(?<!\\p{Script=Han})(?:${KANJI})\\s?(?:[\\p{Script=Han}]{1,3}|[ぁ-んァ-ヶ]{2,4})(?![\\p{Script=Han}ぁ-んァ-ヶ])`,
      'u',
    ),
  },
  {
    kind: 'Japanese name with its honorific',
    pattern: new RegExp(
      `(?<!\\p{Script=Han})(?!${NOBODY})[\\p{Script=Han}ァ-ヶ]{2,6}(?:様|さん|氏|殿|ちゃん)(?![\\p{Script=Han}])`,
      'u',
    ),
  },
  { kind: 'Japanese name', pattern: /(?:氏名|お名前|フリガナ|ふりがな|被保険者名)\s?[::]\s?\S/u },
  {
    kind: 'name in Latin letters',
    pattern: new RegExp(
      `(?<![\\p{L}-])(?:(?:${LATIN})[ ,]+\\p{Lu}[\\p{L}]{2,}|\\p{Lu}\\p{Ll}{2,} (?:${LATIN}))(?![\\p{L}-])`,
      'u',
    ),
  },
  {
    kind: 'name with its honorific',
    pattern: /(?<!\p{L})(?:Mr|Mrs|Ms|Dr)\.? \p{Lu}\p{L}+|(?<!\p{L})\p{Lu}\p{Ll}+-(?:san|sama)(?!\p{L})/u,
  },
  {
    kind: 'Korean name with its honorific',
    pattern: new RegExp(
      `(?<!\\p{Script=Hangul})${KOREAN_FAMILY}[가-힣]{1,2}\\s?(?:님|씨|어르신)(?!\\p{Script=Hangul})`,
      'u',
    ),
  },
  { kind: 'Korean name', pattern: /(?:성명|이름|환자명)\s?[::]\s?\S/u },
  {
    kind: 'insured number',
    pattern: /(?:被保険者番号|保険者番号|記号番号|マイナンバー|個人番号|주민등록번호|장기요양인정번호)\s?[::]?\s?\w/u,
  },
]
