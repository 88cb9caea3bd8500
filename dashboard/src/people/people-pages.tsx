/** Which screen about residents and places an address names. */
import { Route, Switch } from 'wouter'
import { ImportPage } from '../imports/import-page.tsx'
import { Nothing } from '../parts/notice.tsx'
import { LayoutPage } from '../places/layout-page.tsx'
import { useSay } from '../services.ts'
import { ConsentsPage } from './consents-page.tsx'
import { NewResidentPage } from './new-resident-page.tsx'
import { Opened } from './opened.tsx'
import { ResidentPage } from './resident-page.tsx'
import { ResidentsPage } from './residents-page.tsx'

export function PeoplePages() {
  const say = useSay()
  return (
    <Switch>
      <Route path="/places">
        <LayoutPage />
      </Route>
      <Route path="/residents">
        <ResidentsPage />
      </Route>
      {/* A hyphen alone is no resident's number. */}
      <Route path="/residents/-/new">
        <NewResidentPage />
      </Route>
      <Route path="/residents/-/consents">
        <ConsentsPage />
      </Route>
      <Route path="/residents/-/import">
        <ImportPage />
      </Route>
      <Route path="/residents/:id">{({ id }) => <ResidentPage key={id} id={id} />}</Route>
      <Route>
        <Opened back="/residents" title={say('lost.title')}>
          <Nothing head={say('lost.sub')} />
        </Opened>
      </Route>
    </Switch>
  )
}
