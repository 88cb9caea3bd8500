/** Who sees what: sign-in, or the frame with the screen that the address names; every screen but the board comes in its own chunk. */
import { QueryClientProvider, useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { Redirect, Route, Switch, useLocation, useSearchParams } from 'wouter'
import { AppError } from '../../core/errors.ts'
import type { Me } from '../../core/rest/session.ts'
import { refusalOf } from './api.ts'
import { BoardPage } from './board/board-page.tsx'
import { AppFrame } from './frame/app-frame.tsx'
import { keepFacility, type SignedIn, SignedInProvider, storedFacility } from './me.ts'
import { Failure, Loading, Nothing } from './parts/notice.tsx'
import { enrols, homeOf, type Section, sectionsOf, seesDevices, swaps } from './roles.ts'
import { type Services, ServicesProvider, useSay, useServices, useValue } from './services.ts'
import { SignIn } from './sign-in/sign-in.tsx'
import { Worded } from './worded.tsx'

const WallPage = lazy(() => import('./board/wall-page.tsx').then(module => ({ default: module.WallPage })))
const RoomPage = lazy(() => import('./rooms/room-page.tsx').then(module => ({ default: module.RoomPage })))
const FleetPage = lazy(() => import('./devices/fleet-page.tsx').then(module => ({ default: module.FleetPage })))
const DevicePage = lazy(() => import('./devices/device-page.tsx').then(module => ({ default: module.DevicePage })))
const PeoplePages = lazy(() => import('./people/people-pages.tsx').then(module => ({ default: module.PeoplePages })))
const DatasetsPage = lazy(() =>
  import('./datasets/datasets-page.tsx').then(module => ({ default: module.DatasetsPage })),
)
const TrialsPage = lazy(() => import('./trials/trials-page.tsx').then(module => ({ default: module.TrialsPage })))
const FacilitiesPage = lazy(() =>
  import('./facilities/facilities-page.tsx').then(module => ({ default: module.FacilitiesPage })),
)
const AuditPage = lazy(() => import('./audit/audit-page.tsx').then(module => ({ default: module.AuditPage })))
const Welcome = lazy(() => import('./sign-in/welcome.tsx').then(module => ({ default: module.Welcome })))
const FirstAdministrator = lazy(() =>
  import('./sign-in/first-administrator.tsx').then(module => ({ default: module.FirstAdministrator })),
)
const UsersPage = lazy(() => import('./users/users-page.tsx').then(module => ({ default: module.UsersPage })))
const RetentionPage = lazy(() =>
  import('./retention/retention-page.tsx').then(module => ({ default: module.RetentionPage })),
)
const SwapPage = lazy(() => import('./swap/swap-page.tsx').then(module => ({ default: module.SwapPage })))
const LabelsPage = lazy(() => import('./scan/labels-page.tsx').then(module => ({ default: module.LabelsPage })))
const EnrolPage = lazy(() => import('./access/enrol-page.tsx').then(module => ({ default: module.EnrolPage })))
const KnocksPage = lazy(() => import('./access/knocks-page.tsx').then(module => ({ default: module.KnocksPage })))
const AccessPage = lazy(() => import('./access/access-page.tsx').then(module => ({ default: module.AccessPage })))
const MePage = lazy(() => import('./me-page.tsx').then(module => ({ default: module.MePage })))

const THEME_STEP_MS = 1_000

export function App({ services }: { services: Services }) {
  return (
    <ServicesProvider value={services}>
      <QueryClientProvider client={services.queries}>
        <Door />
      </QueryClientProvider>
    </ServicesProvider>
  )
}

const AGAIN_MS = 5_000
const mayPass = (error: unknown): boolean => error instanceof AppError && error.retryable

function Door() {
  const services = useServices()
  const signedOut = useValue(services.signedOut)
  const {
    data: me,
    error,
    refetch,
  } = useQuery({
    queryKey: ['me'],
    queryFn: () => services.call('me'),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    // A wall, or a tablet at night, has nobody who presses a button when the server is back.
    refetchInterval: ({ state }) => (mayPass(state.error) ? AGAIN_MS : false),
  })
  /** Stays on the screen while it is asked again. */
  const [trouble, setTrouble] = useState<unknown>(null)
  useEffect(() => {
    if (error) setTrouble(error)
    else if (me) setTrouble(null)
  }, [error, me])
  const isOut = signedOut || refusalOf(error)?.status === 401
  const { close, judgeTheme } = services
  useEffect(() => {
    judgeTheme()
    const timer = setInterval(judgeTheme, THEME_STEP_MS)
    return () => clearInterval(timer)
  }, [judgeTheme])
  const wasInside = useRef(false)
  useEffect(() => {
    if (isOut) close()
  }, [isOut, close])
  useEffect(() => {
    if (me && !isOut) wasInside.current = true
  }, [me, isOut])
  const leave = (): void => {
    wasInside.current = false
    services.signedOut.set(true)
  }
  const enter = (entered: Me): void => {
    if (!services.language.isChosen) void services.language.choose(entered.language)
    services.queries.setQueryData(['me'], entered)
    services.signedOut.set(false)
  }
  const [path] = useLocation()
  if (path === '/welcome' || path === '/setup')
    return (
      <Suspense fallback={null}>
        {path === '/setup' ? <FirstAdministrator onSignedIn={enter} /> : <Welcome onSignedIn={enter} />}
      </Suspense>
    )
  if (isOut) return <SignIn wasSignedIn={wasInside.current} onSignedIn={enter} />
  if (!me && (error ?? trouble)) return <Failure error={error ?? trouble} onRetry={() => void refetch()} />
  return me ? <Inside key={me.user} me={me} onLeave={leave} /> : null
}

function Inside({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const services = useServices()
  const [facility, setFacility] = useState(() => storedFacility(me))
  useEffect(() => services.open(facility), [services, facility])
  const signedIn = useMemo<SignedIn>(
    () => ({
      me,
      facility,
      chooseFacility: chosen => {
        keepFacility(chosen)
        setFacility(me.facilities.find(each => each === chosen) ?? null)
      },
    }),
    [me, facility],
  )
  return (
    <SignedInProvider value={signedIn}>
      <Screens me={me} onLeave={onLeave} />
    </SignedInProvider>
  )
}

function Screens({ me, onLeave }: { me: Me; onLeave: () => void }) {
  const [path] = useLocation()
  const [search] = useSearchParams()
  const has = (section: Section): boolean => sectionsOf(me.role).includes(section)
  if (has('board') && path === '/board' && search.get('view') === 'wall')
    return (
      <Suspense fallback={null}>
        <WallPage />
      </Suspense>
    )
  return (
    <AppFrame>
      <Suspense fallback={<Loading />}>
        <Switch>
          <Route path="/">
            <Redirect to={homeOf(me.role)} replace />
          </Route>
          {has('board') && (
            <Route path="/board">
              <BoardPage />
            </Route>
          )}
          {has('board') && has('devices') && (
            <Route path="/rooms/:id">{({ id }) => <RoomPage key={id} id={id} />}</Route>
          )}
          {has('residents') && (
            <Route path={/^\/(residents|places)(\/.*)?$/}>
              <Worded>
                <PeoplePages />
              </Worded>
            </Route>
          )}
          {has('devices') && (
            <Route path="/devices">
              <FleetPage />
            </Route>
          )}
          {swaps(me.role) && (
            <Route path="/swap">
              <SwapPage />
            </Route>
          )}
          <Route path="/d/:facility/:device">
            {({ facility, device }) => <Redirect to={labelPath(me.role, facility, device)} replace />}
          </Route>
          {/* A hyphen alone is no device's name. */}
          {enrols(me.role) && (
            <Route path="/devices/-/enrol">
              <EnrolPage />
            </Route>
          )}
          {enrols(me.role) && (
            <Route path="/devices/-/knocks">
              <KnocksPage />
            </Route>
          )}
          {enrols(me.role) && (
            <Route path="/devices/-/labels">
              <LabelsPage />
            </Route>
          )}
          {enrols(me.role) && (
            <Route path="/devices/:id/access">
              {({ id }) => (
                <Worded>
                  <AccessPage key={id} id={id} />
                </Worded>
              )}
            </Route>
          )}
          {has('devices') && seesDevices(me.role) && (
            <Route path="/devices/:id">{({ id }) => <DevicePage key={id} id={id} />}</Route>
          )}
          {has('datasets') && (
            <Route path="/datasets/*?">
              <DatasetsPage />
            </Route>
          )}
          {has('trials') && (
            <Route path="/trials/*?">
              <Worded>
                <TrialsPage />
              </Worded>
            </Route>
          )}
          {has('facilities') && (
            <Route path="/facilities">
              <Worded>
                <FacilitiesPage />
              </Worded>
            </Route>
          )}
          {has('audit') && (
            <Route path="/audit">
              <AuditPage />
            </Route>
          )}
          {has('users') && (
            <Route path="/users">
              <Worded>
                <UsersPage />
              </Worded>
            </Route>
          )}
          {has('retention') && (
            <Route path="/retention">
              <RetentionPage />
            </Route>
          )}
          <Route path="/me">
            <MePage onSignedOut={onLeave} />
          </Route>
          <Route>
            <Lost />
          </Route>
        </Switch>
      </Suspense>
    </AppFrame>
  )
}

/** Where a label leads: who swaps devices scans it for that, everyone else to see the device. */
const labelPath = (role: Me['role'], facility: string, device: string): string =>
  swaps(role) ? `/swap?device=${facility}.${device}` : `/devices/${device}?facility=${facility}`

function Lost() {
  const say = useSay()
  return (
    <div className="lost">
      <h1 tabIndex={-1}>{say('lost.title')}</h1>
      <Nothing head={say('lost.sub')} />
    </div>
  )
}
