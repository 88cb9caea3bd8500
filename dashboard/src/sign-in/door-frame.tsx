/** What surrounds the screens of coming in: the languages first, the brand, and beside the form how to read the screens. */
import { type ReactNode, useEffect } from 'react'
import { LANGUAGES } from '../../../core/profile.ts'
import { Mark } from '../parts/glyph.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import { LANGUAGE_NAMES } from '../words/names.ts'
import { Legend } from './legend.tsx'
import styles from './sign-in.module.css'

export function DoorFrame({ heading, children }: { heading: string; children: ReactNode }) {
  const say = useSay()
  const language = useLanguage()
  const services = useServices()
  useEffect(() => {
    document.title = `${heading} | ${say('brand')}`
  }, [say, heading])
  return (
    <div className={styles.page}>
      <main className={styles.form}>
        <fieldset className={styles.languages} aria-label={say('signIn.language')}>
          {LANGUAGES.map(each => (
            <button
              key={each}
              type="button"
              lang={each}
              aria-pressed={each === language}
              onClick={() => void services.language.keep(each)}
            >
              {LANGUAGE_NAMES[each]}
            </button>
          ))}
        </fieldset>
        <div className={styles.brand}>
          <Mark className={styles.mark} />
          <h1>{say('brand')}</h1>
        </div>
        {children}
      </main>
      <Legend />
    </div>
  )
}
