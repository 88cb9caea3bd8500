/** The fields that say who a resident is. */
import { DIAGNOSIS_GROUPS, SEXES } from '../../../core/rest/residents.ts'
import { useSay } from '../services.ts'
import { Line, Pick } from './fields.tsx'
import type { Identity } from './use-people.ts'

/** As a form holds it: empty for what is not known. */
export type IdentityDraft = Record<keyof Identity, string>

export const draftOf = (identity: Identity | null): IdentityDraft => ({
  name: identity?.name ?? '',
  kana: identity?.kana ?? '',
  number: identity?.number ?? '',
  birth_date: identity?.birth_date ?? '',
  sex: identity?.sex ?? '',
  admitted_on: identity?.admitted_on ?? '',
  diagnosis_group: identity?.diagnosis_group ?? '',
})
const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())
export const identityOf = (draft: IdentityDraft): Identity => ({
  name: draft.name.trim(),
  kana: orNull(draft.kana),
  number: orNull(draft.number),
  birth_date: orNull(draft.birth_date),
  sex: orNull(draft.sex) as Identity['sex'],
  admitted_on: orNull(draft.admitted_on),
  diagnosis_group: orNull(draft.diagnosis_group) as Identity['diagnosis_group'],
})
/** Days are in order, and there is a name. */
export const isSound = ({ name, birth_date, admitted_on }: IdentityDraft, today: string): boolean =>
  name.trim() !== '' && birth_date <= today && (admitted_on === '' || admitted_on >= birth_date)

interface IdentityFieldsProps {
  draft: IdentityDraft
  today: string
  onChange: (draft: IdentityDraft) => void
}

export function IdentityFields({ draft, today, onChange }: IdentityFieldsProps) {
  const say = useSay()
  const put = (name: keyof Identity) => (value: string) => onChange({ ...draft, [name]: value })
  const isEarly = draft.admitted_on !== '' && draft.admitted_on < draft.birth_date
  return (
    <>
      <Line label={say('import.column.name')} value={draft.name} onChange={put('name')} maxLength={80} isRequired />
      <Line label={say('import.column.kana')} value={draft.kana} onChange={put('kana')} maxLength={80} />
      <Line label={say('import.column.number')} value={draft.number} onChange={put('number')} maxLength={40} />
      <Line
        type="date"
        label={say('import.column.birth_date')}
        value={draft.birth_date}
        onChange={put('birth_date')}
        max={today}
        isInvalid={draft.birth_date > today}
      />
      <Pick
        label={say('import.column.sex')}
        value={draft.sex}
        onChange={put('sex')}
        none={say('people.notSaid')}
        options={SEXES.map(id => ({ id, text: say(`people.sex.${id}`) }))}
      />
      <Line
        type="date"
        label={say('import.column.admitted_on')}
        value={draft.admitted_on}
        onChange={put('admitted_on')}
        isInvalid={isEarly}
        {...(isEarly && { hint: say('import.error.date_before_birth') })}
      />
      <Pick
        label={say('import.column.diagnosis_group')}
        hint={say('people.diagnosisHint')}
        value={draft.diagnosis_group}
        onChange={put('diagnosis_group')}
        none={say('people.notSaid')}
        options={DIAGNOSIS_GROUPS.map(id => ({ id, text: say(`people.diagnosis.${id}`) }))}
      />
    </>
  )
}
