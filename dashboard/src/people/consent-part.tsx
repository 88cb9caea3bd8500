/** What the resident has consented to, and withdrawal: first what it affects, then the deed. */
import { useState } from 'react'
import type { Consent } from '../../../core/rest/consents.ts'
import { Button } from '../parts/button.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { stateOf } from './consent-state.ts'
import { countryText } from './countries.ts'
import { Line } from './fields.tsx'
import { Refused } from './form.tsx'
import { NewConsent } from './new-consent.tsx'
import { Part, RecordLine } from './part.tsx'
import styles from './people.module.css'
import { Releases } from './released-part.tsx'
import type { PartOf } from './resident-page.tsx'
import { useMoment } from './use-moment.ts'
import { useChange } from './use-people.ts'
import { timeText } from './when.ts'

export function ConsentPart(part: PartOf) {
  const say = useSay()
  const { clock } = useServices()
  const [open, setOpen] = useState<'add' | string | null>(null)
  const [withdrawn, setWithdrawn] = useState<string | null>(null)
  const { consents, erased } = part.resident
  return (
    <Part
      id="consents"
      title={say('people.part.consents')}
      open={open !== 'add' && erased === null && { word: say('consent.add'), onPress: () => setOpen('add') }}
    >
      {open === 'add' && <NewConsent {...part} onClose={() => setOpen(null)} />}
      {consents.length === 0 ? (
        <p className={styles.none}>{say('consent.none')}</p>
      ) : (
        <ul>
          {consents.toReversed().map(consent => {
            const state = stateOf(consent, clock.now())
            return (
              <RecordLine
                key={consent.id}
                head={say(`consent.purpose.${consent.purpose}`)}
                sub={<ConsentFacts consent={consent} zone={part.zone} />}
                state={say(`consent.state.${state}`)}
                isPast={state === 'ended' || state === 'withdrawn'}
              >
                {consent.withdrawn === null && open !== consent.id && (
                  <Button onPress={() => setOpen(consent.id)}>{say('consent.withdraw')}</Button>
                )}
                {consent.withdrawn === null && open === consent.id && (
                  <Withdraw
                    {...part}
                    consent={consent}
                    onDone={() => {
                      setOpen(null)
                      setWithdrawn(consent.id)
                    }}
                    onClose={() => setOpen(null)}
                  />
                )}
                {withdrawn === consent.id && (
                  <p className={styles.told} role="status">
                    {say(`consent.gone.${consent.purpose}`)}
                  </p>
                )}
              </RecordLine>
            )
          })}
        </ul>
      )}
    </Part>
  )
}

export function ConsentFacts({ consent, zone }: { consent: Consent; zone: string }) {
  const say = useSay()
  const language = useLanguage()
  const { recipient_country, text_version, from, to, withdrawn } = consent
  const when = (time: string): string => timeText(time, zone, language)
  return [
    recipient_country === null
      ? say('consent.stays')
      : say('consent.goes', { country: countryText(recipient_country, language) }),
    text_version === null ? say('consent.noVersion') : say('consent.version', { version: text_version }),
    to === null ? say('time.from', { time: when(from) }) : say('people.fromTo', { from: when(from), to: when(to) }),
    withdrawn === null ? null : say('consent.withdrawnAt', { time: when(withdrawn) }),
  ]
    .filter(Boolean)
    .join(say('list.separator'))
}

interface WithdrawProps extends PartOf {
  consent: Consent
  onDone: () => void
  onClose: () => void
}
function Withdraw({ resident, zone, consent, onDone, onClose }: WithdrawProps) {
  const say = useSay()
  const { call } = useServices()
  const at = useMoment(zone)
  const withdraw = useChange(
    (_: undefined, idempotencyKey) =>
      call('withdrawConsent', { params: { id: consent.id }, body: { at: at.instant() ?? '' }, idempotencyKey }),
    onDone,
  )
  const id = `withdraw-${consent.id}`
  return (
    <div className={styles.ask} role="alertdialog" aria-labelledby={id}>
      <p id={id}>
        <b>{say('consent.ask')}</b>
      </p>
      <p>{say(`consent.affects.${consent.purpose}`)}</p>
      {consent.purpose !== 'trial_participation' &&
        (resident.releases.length === 0 ? (
          <p>{say('consent.noReleases')}</p>
        ) : (
          <>
            <p>{say('consent.releases', { count: resident.releases.length })}</p>
            <Releases releases={resident.releases} zone={zone} />
          </>
        ))}
      <Line
        type="datetime-local"
        label={say('consent.at')}
        value={at.text}
        onChange={at.setText}
        isInvalid={!at.isPast}
        {...(!at.isPast && { hint: say('people.notYet') })}
      />
      <Refused error={withdraw.error} conflict="withdrawn" />
      <div className={styles.buttons}>
        <Button kind="main" isDisabled={withdraw.isPending || !at.isPast} onPress={() => withdraw.mutate(undefined)}>
          {say('consent.withdrawDo')}
        </Button>
        <Button onPress={onClose}>{say('people.cancel')}</Button>
      </div>
    </div>
  )
}
