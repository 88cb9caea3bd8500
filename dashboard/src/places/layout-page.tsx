/** Units, rooms and beds of a facility in the order of its board: added, renamed, moved, closed and opened again. */
import { useEffect, useRef, useState } from 'react'
import type { Unit } from '../../../core/rest/places.ts'
import { useSignedIn } from '../me.ts'
import { Button, ButtonLink } from '../parts/button.tsx'
import { Icon } from '../parts/icon.tsx'
import { Failure, Loading, Nothing } from '../parts/notice.tsx'
import { PeopleFrame } from '../people/people-frame.tsx'
import { useSay } from '../services.ts'
import { AddUnit } from './add-unit.tsx'
import { UnitBlock } from './unit-block.tsx'
import { type Places, usePlaces } from './use-places.ts'

export function LayoutPage() {
  const say = useSay()
  const facility = useSignedIn().facility ?? ''
  const { data, error, refetch } = usePlaces(facility)
  const [isAdding, setAdding] = useState(false)
  const open = data?.rooms.filter(({ closed }) => closed === null) ?? []
  return (
    <PeopleFrame
      tab="layout"
      {...(data && {
        sub: say('layout.count', {
          units: data.units.length,
          rooms: open.length,
          beds: data.beds.filter(({ closed, room }) => closed === null && open.some(({ id }) => id === room)).length,
        }),
      })}
      tools={
        <>
          {!isAdding && (
            <Button kind="main" onPress={() => setAdding(true)}>
              <Icon name="plus" />
              {say('layout.addUnit')}
            </Button>
          )}
          <ButtonLink href="/residents/-/import?kind=rooms">{say('people.import')}</ButtonLink>
        </>
      }
    >
      {isAdding && <AddUnit facility={facility} onClose={() => setAdding(false)} />}
      {error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <Loading />
      ) : data.units.length === 0 ? (
        <Nothing icon="board" head={say('layout.none')} sub={say('layout.noneSub')} />
      ) : (
        <Units facility={facility} places={data} />
      )}
    </PeopleFrame>
  )
}

function Units({ facility, places }: { facility: string; places: Places }) {
  const box = useRef<HTMLDivElement>(null)
  /** What was moved last: where it goes, the focus goes. */
  const [moved, setMoved] = useState<{ step: string } | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs because the order has changed
  useEffect(() => {
    if (moved === null) return
    const at = (step: string) => box.current?.querySelector<HTMLElement>(`[data-step="${step}"]`)
    const button = at(moved.step)
    const target = button?.hasAttribute('disabled') ? at(swapped(moved.step)) : button
    target?.focus()
  }, [places, moved])
  return (
    <div ref={box}>
      {places.units.map((unit: Unit, at) => (
        <UnitBlock
          key={unit.id}
          facility={facility}
          places={places}
          unit={unit}
          isFirst={at === 0}
          isLast={at === places.units.length - 1}
          onMoved={step => setMoved({ step })}
        />
      ))}
    </div>
  )
}

const swapped = (step: string): string =>
  step.endsWith(' -1') ? step.replace(/ -1$/, ' 1') : step.replace(/ 1$/, ' -1')
