/** The page of a report: one HTML file that needs nothing else, reads on a phone, by night and on paper; and the pieces it is written with. */
import { LANGUAGES, type Language } from '../../../core/profile.ts'

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** Puts values into `{…}`; what is not given stays as it is. */
export const filled = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (as, name: string) => String(values[name] ?? as))

export const paragraph = (text: string): string => `<p>${escaped(text)}</p>\n`
export const list = (items: readonly string[]): string =>
  `<ul>\n${items.map(item => `<li>${escaped(item)}</li>\n`).join('')}</ul>\n`

/** Cells are text; a cell `{ html }` is taken as it is. */
export type Cell = string | { html: string }
const cellOf = (cell: Cell): string => (typeof cell === 'string' ? escaped(cell) : cell.html)

/** The first column heads the rows. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const body = rows.map(
    ([first = '', ...rest]) =>
      `<tr><th scope="row">${cellOf(first)}</th>${rest.map(cell => `<td>${cellOf(cell)}</td>`).join('')}</tr>\n`,
  )
  return `<div class="wide" role="region" tabindex="0" aria-label="${escaped(caption)}"><table>
<caption class="unseen">${escaped(caption)}</caption>
<thead><tr>${head.map(cell => `<th scope="col">${escaped(cell)}</th>`).join('')}</tr></thead>
<tbody>${body.join('')}</tbody></table></div>\n`
}

export const facts = (pairs: readonly (readonly [string, string])[]): string =>
  `<dl>${pairs.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('\n')}</dl>\n`

/** @param drawing SVG; `alt` is what it shows, in words */
export const figure = (drawing: string, alt: string, caption: string): string =>
  `<figure><div role="img" aria-label="${escaped(alt)}">${drawing}</div><figcaption>${escaped(caption)}</figcaption></figure>\n`

const NAMES: Record<Language, string> = { ja: '日本語', ko: '한국어', en: 'English' }

export const fileName = (language: Language): string => `risk-report.${language}.html`

export const page = (language: Language, title: string, body: string): string => `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<nav>${LANGUAGES.map(other =>
  other === language
    ? `<span aria-current="page">${NAMES[other]}</span>`
    : `<a href="${fileName(other)}" lang="${other}" hreflang="${other}">${NAMES[other]}</a>`,
).join(' ')}</nav>
<main>
${body}</main>
</body>
</html>
`

/** Colours, type and space as in the dashboard (dashboard/src/styles/tokens.css). */
const STYLE = `:root{color-scheme:light dark;--ground:#e4e9e9;--sheet:#fcfdfd;--sunk:#eff2f2;--line:#c9d1d2;--ink:#14181d;--ink-2:#414d55;--ink-3:#545f67;--kon:#1f4172;--data:#1f4172;--band:#b9cce4;--limit:#6b5300;--medium-tint:#fff5c2;--medium-line:#7a5f00}
@media (prefers-color-scheme:dark){:root{--ground:#090d10;--sheet:#151c21;--sunk:#0f1519;--line:#2a353c;--ink:#dce3e7;--ink-2:#a9b6be;--ink-3:#8b99a2;--kon:#9cbceb;--data:#9cbceb;--band:#2c4465;--limit:#d9b800;--medium-tint:#2c2600;--medium-line:#ffd400}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 "Segoe UI","Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
:lang(ja) body,body:lang(ja){font-family:"Hiragino Sans","Yu Gothic UI","Noto Sans JP","Noto Sans CJK JP",Meiryo,sans-serif;line-height:1.65}
body:lang(ko){font-family:"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","Noto Sans CJK KR",sans-serif;line-height:1.6;word-break:keep-all}
nav{max-width:62rem;margin:0 auto;padding:12px 24px;display:flex;gap:16px;font-size:13px}
nav a,nav span{padding:4px 0;min-height:32px;display:inline-flex;align-items:center}
a{color:var(--kon)}
a:focus-visible,.wide:focus-visible{outline:3px solid var(--kon);outline-offset:2px}
main{max-width:62rem;margin:0 auto 48px;padding:24px 24px 48px;background:var(--sheet)}
h1{font-size:28px;line-height:1.2;margin:0 0 16px}
h2{font-size:22px;line-height:1.3;margin:48px 0 8px;padding-top:16px;border-top:1px solid var(--line)}
h3{font-size:15px;margin:24px 0 4px}
p,ul{max-width:46rem;margin:8px 0}
ul{padding-left:1.2em}li{margin:4px 0}
.label{display:flex;gap:16px;align-items:center;margin:0 0 16px;flex-wrap:wrap}
.label b{font-size:60px;line-height:1;color:var(--kon)}
.label span{font-size:18px}
.lead{font-size:18px}
.clause{color:var(--ink-3);font-size:13px;margin:0 0 8px}
.note{background:var(--medium-tint);border-left:4px solid var(--medium-line);padding:8px 12px}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:8px 24px;margin:16px 0}
dt{color:var(--ink-3);font-size:13px}dd{margin:0;overflow-wrap:anywhere}
figure{margin:16px 0;max-width:46rem}figcaption{color:var(--ink-2);font-size:13px}
svg{vertical-align:bottom}figure>div{line-height:0}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
svg text{fill:var(--ink);font-size:13px}
svg .data{fill:var(--data)}svg .band{fill:var(--band)}svg .track{fill:var(--sunk)}
svg.one{fill:var(--data);stroke:var(--data)}svg.other{fill:none;stroke:var(--ink-2)}svg .limit{stroke:var(--limit);stroke-width:2;stroke-dasharray:5 4}svg .limit-text{fill:var(--limit)}
.wide{overflow-x:auto;margin:16px 0}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;vertical-align:top;padding:6px 16px 6px 0;border-bottom:1px solid var(--line)}
thead th{color:var(--ink-3);font-weight:400;white-space:nowrap}tbody th{font-weight:400;min-width:7em}
td.n{text-align:right}
@media (max-width:600px){main,nav{padding-left:16px;padding-right:16px}.label b{font-size:34px}h2{margin-top:32px}}
@media print{:root{--ground:#fff;--sheet:#fff;--sunk:#eff2f2;--line:#c9d1d2;--ink:#14181d;--ink-2:#414d55;--ink-3:#545f67;--kon:#1f4172;--data:#1f4172;--band:#b9cce4;--limit:#6b5300;--medium-tint:#fff;--medium-line:#7a5f00}
body{font-size:10.5pt}nav{display:none}main{max-width:none;margin:0;padding:0}h2{break-after:avoid}h3{break-after:avoid}figure,tr,dl{break-inside:avoid}.wide{overflow:visible}svg,svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}}`
