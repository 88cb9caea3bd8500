/** Dataset requests: the list, and beside its address a new request, one request, or its change. */
import { lazy, Suspense, useEffect } from 'react'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { Route, Switch } from 'wouter'
import { languageTag } from '../format.ts'
import { useSignedIn } from '../me.ts'
import { Loading } from '../parts/notice.tsx'
import { useLanguage, useSay } from '../services.ts'
import { RequestList } from './request-list.tsx'
import { RequestPage } from './request-page.tsx'

const RequestFormPage = lazy(() => import('./request-form.tsx').then(module => ({ default: module.RequestFormPage })))

export function DatasetsPage() {
  const say = useSay()
  const language = useLanguage()
  const { me } = useSignedIn()
  const isMaker = me.role === 'manufacturer'
  useEffect(() => {
    document.title = `${say('nav.datasets')} | ${say('brand')}`
  }, [say])
  return (
    <I18nProvider locale={languageTag(language)}>
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/datasets">
            <RequestList isMaker={isMaker} />
          </Route>
          {isMaker && (
            <Route path="/datasets/new">
              <RequestFormPage />
            </Route>
          )}
          {isMaker && <Route path="/datasets/:id/edit">{({ id }) => <RequestFormPage key={id} id={id} />}</Route>}
          <Route path="/datasets/:id">{({ id }) => <RequestPage key={id} id={id} isMaker={isMaker} />}</Route>
        </Switch>
      </Suspense>
    </I18nProvider>
  )
}
