/** Reads the words that facilities write in their files, in three languages and any width of letters. */
import type { ImportColumn } from '../../core/rest/imports.ts'
import type { CARE_LEVELS, DIAGNOSIS_GROUPS, SEXES } from '../../core/rest/residents.ts'
import words from './words.json' with { type: 'json' }

/** Full and half width, capitals and spaces make no difference. */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

function reader<Meaning extends string>(meanings: Record<Meaning, string[]>): (text: string) => Meaning | null {
  const known = new Map(
    (Object.entries(meanings) as [Meaning, string[]][]).flatMap(([meaning, forms]) =>
      forms.map(form => [folded(form), meaning] as const),
    ),
  )
  return text => known.get(folded(text)) ?? null
}

export const readColumn = reader<ImportColumn>(words.columns)
export const readSex = reader<(typeof SEXES)[number]>(words.sex)
export const readCareLevel = reader<(typeof CARE_LEVELS)[number]>(words.care_level)
export const readDiagnosisGroup = reader<(typeof DIAGNOSIS_GROUPS)[number]>(words.diagnosis_group)
