/** Trials: the list, and by its address a new one, one of them, or the change of its design. */
import { useEffect } from 'react'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { Route, Switch } from 'wouter'
import { languageTag } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { useLanguage, useSay } from '../services.ts'
import { EditTrial, NewTrial } from './trial-form.tsx'
import { TrialList } from './trial-list.tsx'
import { TrialPage } from './trial-page.tsx'

export function TrialsPage() {
  const say = useSay()
  const language = useLanguage()
  const { me } = useSignedIn()
  const isMaker = me.role === 'manufacturer'
  useEffect(() => {
    document.title = `${say('nav.trials')} | ${say('brand')}`
  }, [say])
  return (
    <I18nProvider locale={languageTag(language)}>
      <Switch>
        <Route path="/trials">
          <TrialList isMaker={isMaker} />
        </Route>
        {isMaker && (
          <Route path="/trials/new">
            <NewTrial />
          </Route>
        )}
        {isMaker && <Route path="/trials/:id/edit">{({ id }) => <EditTrial key={id} id={id} />}</Route>}
        <Route path="/trials/:id">{({ id }) => <TrialPage key={id} id={id} />}</Route>
      </Switch>
    </I18nProvider>
  )
}
