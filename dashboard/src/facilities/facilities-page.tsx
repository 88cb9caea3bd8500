/** The platform's facilities and makers: added, renamed, and given their first person. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Facility } from '../../../core/rest/places.ts'
import { allPages } from '../all-pages.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './facilities.module.css'
import { NewFacility } from './new-facility.tsx'
import { Rename } from './rename.tsx'

const PAGE = 500

export function FacilitiesPage() {
  const say = useSay()
  const { call } = useServices()
  useEffect(() => {
    document.title = `${say('nav.facilities')} | ${say('brand')}`
  }, [say])
  const { data, error, refetch } = useQuery({
    queryKey: ['facilities', 'all'],
    queryFn: () => allPages(after => call('facilities', { query: { limit: PAGE, after } })),
  })
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1 tabIndex={-1}>{say('facilities.title')}</h1>
      </header>
      {error ? <Failure error={error} onRetry={() => void refetch()} /> : !data ? <Loading /> : null}
      {data && (
        <>
          <Kind kind="facility" known={data} />
          <Kind kind="maker" known={data} />
        </>
      )}
    </div>
  )
}

/** A maker is known by its bench, the facility where it enrols devices itself. */
function Kind({ kind, known }: { kind: 'facility' | 'maker'; known: readonly Facility[] }) {
  const say = useSay()
  const client = useQueryClient()
  const [isAdding, setAdding] = useState(false)
  const [made, setMade] = useState<Facility | null>(null)
  const shown = known.filter(({ bench_of }) => (bench_of === null) === (kind === 'facility'))
  return (
    <section className={styles.section} data-kind={kind}>
      <div className={styles.head}>
        <h2>
          {say(`facilities.${kind}.title`)} <small>{say(`facilities.${kind}.count`, { count: shown.length })}</small>
        </h2>
        {!isAdding && (
          <Button
            onPress={() => {
              setMade(null)
              setAdding(true)
            }}
          >
            <Icon name="plus" />
            {say(`facilities.${kind}.add`)}
          </Button>
        )}
      </div>
      {isAdding && (
        <NewFacility
          kind={kind}
          known={known}
          onMade={facility => {
            void client.invalidateQueries({ queryKey: ['facilities'] })
            setAdding(false)
            setMade(facility)
          }}
          onClose={() => setAdding(false)}
        />
      )}
      {made && <Next made={made} />}
      {shown.length === 0 && !isAdding && <Nothing icon="house" head={say(`facilities.${kind}.none`)} />}
      <ul>
        {shown.map(facility => (
          <Row key={facility.id} facility={facility} />
        ))}
      </ul>
    </section>
  )
}

/** Nobody works there yet: the way to the first person. */
function Next({ made }: { made: Facility }) {
  const say = useSay()
  const query =
    made.bench_of === null ? `role=facility_admin&facility=${made.id}` : `role=manufacturer&maker=${made.bench_of}`
  return (
    <div className={styles.next} role="status">
      <p>{say('facilities.made', { name: made.name })}</p>
      <ButtonLink kind="main" href={`/users?${query}`}>
        {say(made.bench_of === null ? 'facilities.nextAdmin' : 'facilities.nextMaker')}
      </ButtonLink>
    </div>
  )
}

function Row({ facility }: { facility: Facility }) {
  const say = useSay()
  const [isRenaming, setRenaming] = useState(false)
  const { id, name, zone, bench_of: maker } = facility
  return (
    <li className={styles.row} data-facility={id}>
      <p>
        <b>{name}</b>
        <small className="mono">{maker === null ? id : `${maker} ${say('list.dot')} ${id}`}</small>
      </p>
      <p className={styles.zone}>{zone}</p>
      {isRenaming ? (
        <Rename facility={facility} onClose={() => setRenaming(false)} />
      ) : (
        <Button onPress={() => setRenaming(true)}>{say('facilities.rename')}</Button>
      )}
    </li>
  )
}
