/** The reader's own page: who they are, language, theme, facility, the wall view, password, sessions, tokens, and signing out. */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import { LANGUAGES } from '../../core/profile.ts'
import { scopesOf } from '../../core/rest/scopes.ts'
import { PasswordSection } from './account/password-section.tsx'
import { SESSIONS_KEY, SessionsSection } from './account/sessions-section.tsx'
import { TokensSection } from './account/tokens-section.tsx'
import { KeepCheckpoint } from './audit/keep-checkpoint.tsx'
import { useSignedIn } from './me.ts'
import styles from './me-page.module.css'
import { Button } from './parts/button.tsx'
import { Icon } from './parts/icon.tsx'
import { Segments } from './parts/segments.tsx'
import { useLanguage, useSay, useServices } from './services.ts'
import { THEME_CHOICES } from './theme.ts'
import { LANGUAGE_NAMES } from './words/names.ts'

export function MePage({ onSignedOut }: { onSignedOut: () => void }) {
  const say = useSay()
  const language = useLanguage()
  const { call, language: choice, theme } = useServices()
  const { me, facility, chooseFacility } = useSignedIn()
  const client = useQueryClient()
  const themeChoice = useSyncExternalStore(theme.subscribe, theme.choice)
  useEffect(() => {
    document.title = `${say('nav.me')} | ${say('brand')}`
  }, [say])
  const signOut = async (): Promise<void> => {
    await call('signOut').catch(() => undefined)
    onSignedOut()
  }
  return (
    <div className={styles.page}>
      <h1 tabIndex={-1}>{me.user}</h1>
      <p className={styles.role}>{say(`role.${me.role}`)}</p>
      <section>
        <h2 id="me-language">{say('me.language')}</h2>
        <Segments
          label={say('me.language')}
          value={language}
          options={LANGUAGES.map(each => ({ id: each, text: LANGUAGE_NAMES[each] }))}
          onChange={chosen => {
            void choice.keep(chosen)
            // The next device begins in it; this one speaks it already.
            void call('editMe', { body: { language: chosen } }).catch(() => undefined)
          }}
        />
      </section>
      <section>
        <h2>{say('me.theme')}</h2>
        <Segments
          label={say('me.theme')}
          value={themeChoice}
          options={THEME_CHOICES.map(each => ({ id: each, text: say(`theme.${each}`) }))}
          onChange={theme.choose}
        />
        <p className={styles.hint}>{say('theme.hint')}</p>
      </section>
      {facility !== null && me.facilities.length > 1 && (
        <section>
          <h2>{say('me.facility')}</h2>
          <Segments
            label={say('me.facility')}
            value={facility}
            options={me.facilities.map(each => ({ id: each, text: each }))}
            onChange={chooseFacility}
          />
        </section>
      )}
      {facility !== null && (
        <section>
          <h2>{say('me.wall')}</h2>
          <Link href="/board?view=wall" className={styles.link}>
            <Icon name="screen" />
            {say('me.wallOpen')}
          </Link>
        </section>
      )}
      <KeepCheckpoint className={styles.hint} />
      <PasswordSection user={me.user} onChanged={() => void client.invalidateQueries({ queryKey: SESSIONS_KEY })} />
      <SessionsSection />
      {scopesOf(me.role).length > 0 && me.role !== 'display' && <TokensSection role={me.role} />}
      <section>
        <Button onPress={() => void signOut()}>
          <Icon name="signOut" />
          {say('me.signOut')}
        </Button>
      </section>
    </div>
  )
}
