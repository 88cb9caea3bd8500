/** Records a consent: to what, for which country, under which text, from when. */
import { useState } from 'react'
import { CONSENT_PURPOSES } from '../../../core/rest/consents.ts'
import { useLanguage, useSay, useServices } from '../services.ts'
import { countries } from './countries.ts'
import { Line, Pick } from './fields.tsx'
import { Form } from './form.tsx'
import type { PartOf } from './resident-page.tsx'
import { useMoment } from './use-moment.ts'
import { useChange } from './use-people.ts'
import { instantOf } from './when.ts'

export function NewConsent({ resident, zone, onClose }: PartOf & { onClose: () => void }) {
  const say = useSay()
  const language = useLanguage()
  const { call } = useServices()
  const [purpose, setPurpose] = useState('')
  const [country, setCountry] = useState('')
  const [version, setVersion] = useState('')
  const from = useMoment(zone)
  const [to, setTo] = useState('')
  const begins = instantOf(from.text, zone)
  const ends = instantOf(to, zone)
  const isBackwards = begins !== null && ends !== null && Date.parse(ends) <= Date.parse(begins)
  const add = useChange(
    (_: undefined, idempotencyKey) =>
      call('createConsent', {
        body: {
          facility: resident.facility,
          resident: resident.id,
          purpose: purpose as (typeof CONSENT_PURPOSES)[number],
          ...(country !== '' && { recipient_country: country }),
          text_version: version.trim(),
          from: from.instant() ?? '',
          ...(ends !== null && { to: ends }),
        },
        idempotencyKey,
      }),
    onClose,
  )
  return (
    <Form
      label={say('consent.add')}
      submit={say('people.record')}
      isReady={purpose !== '' && version.trim() !== '' && begins !== null && !isBackwards}
      isBusy={add.isPending}
      error={add.error}
      onSubmit={() => add.mutate(undefined)}
      onCancel={onClose}
    >
      <Pick
        label={say('consent.purpose')}
        value={purpose}
        onChange={setPurpose}
        none={say('people.choose')}
        options={CONSENT_PURPOSES.map(id => ({ id, text: say(`consent.purpose.${id}`) }))}
        {...(purpose !== '' && { hint: say(`consent.means.${purpose as (typeof CONSENT_PURPOSES)[number]}`) })}
      />
      <Pick
        label={say('consent.country')}
        value={country}
        onChange={setCountry}
        none={say('consent.stays')}
        options={countries(language)}
      />
      <Line
        label={say('consent.text')}
        hint={say('consent.textHint')}
        value={version}
        onChange={setVersion}
        maxLength={80}
        isRequired
      />
      <Line type="datetime-local" label={say('people.from')} value={from.text} onChange={from.setText} />
      <Line
        type="datetime-local"
        label={say('people.until')}
        hint={say(isBackwards ? 'people.backwards' : 'consent.untilOpen')}
        isInvalid={isBackwards}
        value={to}
        onChange={setTo}
      />
    </Form>
  )
}
