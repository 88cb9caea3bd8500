/** Where a device stands, and putting it into a room or at a bed from a time on; where it stood before stays in the record. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import type { DeviceDetail } from '../../../core/rest/devices.ts'
import { newIdempotencyKey, refusalOf } from '../api.ts'
import { useZone } from '../devices/use-devices.ts'
import { Button } from '../parts/button.tsx'
import { MomentField, Pick } from '../parts/form.tsx'
import { instantOf, wallText } from '../parts/moment.ts'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import { useBeds, useNames, useResidents, useRooms } from '../use-registry.ts'
import styles from './access.module.css'

/** For the facility's administrator. */
export function PlaceIt({ device }: { device: DeviceDetail }) {
  const say = useSay()
  const { call, clock } = useServices()
  const client = useQueryClient()
  const { facility, id } = device
  const zone = useZone(facility)
  const { data: rooms } = useRooms(facility)
  const { data: beds } = useBeds(facility)
  const { data: residents } = useResidents(facility)
  const names = useNames(facility)
  const [room, setRoom] = useState('')
  const [bed, setBed] = useState('')
  /** Null: whoever lives there, where that is one person. */
  const [chosen, setChosen] = useState<string | null>(null)
  /** Empty: now. */
  const [from, setFrom] = useState('')
  const key = useRef(newIdempotencyKey())

  const bedsHere = (beds ?? []).filter(each => each.room === room && each.closed === null)
  const living = (residents ?? []).filter(
    each => each.room === room && room !== '' && !each.left && (bed === '' || each.bed === null || each.bed === bed),
  )
  const resident = chosen ?? (living.length === 1 ? (living[0]?.id ?? '') : '')
  const instant = from === '' ? null : instantOf(from, zone)
  const place = useMutation({
    mutationFn: () =>
      call('createPlacement', {
        body: {
          facility,
          device: id,
          room,
          ...(bed === '' ? {} : { bed }),
          ...(resident === '' ? {} : { resident }),
          from: instant ?? new Date(clock.now()).toISOString(),
        },
        idempotencyKey: key.current,
      }),
    onError: error => {
      if (refusalOf(error)) key.current = newIdempotencyKey()
    },
    onSuccess: () => {
      key.current = newIdempotencyKey()
      setRoom('')
      setBed('')
      setChosen(null)
      setFrom('')
      for (const name of ['device', 'devices', 'placements']) void client.invalidateQueries({ queryKey: [name] })
    },
  })
  const isReady = room !== '' && (from === '' || instant !== null) && !place.isPending
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (isReady) place.mutate()
  }
  return (
    <section className={styles.part}>
      <h2>{say('access.place')}</h2>
      <p>{device.room ? say('scan.room', { room: device.room.label }) : say('swap.nowhere')}</p>
      <form className={styles.place} onSubmit={submit}>
        <Pick
          label={say('access.placeIn')}
          none="—"
          value={room}
          onChange={next => {
            setRoom(next)
            setBed('')
            setChosen(null)
          }}
          options={(rooms ?? [])
            .filter(each => each.closed === null)
            .map(each => ({ id: each.id, text: `${each.label} (${each.unit})` }))}
        />
        {bedsHere.length > 0 && (
          <Pick
            label={say('access.bed')}
            none={say('access.noBed')}
            value={bed}
            onChange={next => {
              setBed(next)
              setChosen(null)
            }}
            options={bedsHere.map(each => ({ id: each.id, text: each.label }))}
          />
        )}
        {room !== '' && (
          <Pick
            label={say('access.for')}
            hint={say('access.forHint')}
            none={say('access.forNobody')}
            value={resident}
            onChange={setChosen}
            options={living.map(each => ({ id: each.id, text: names.get(each.id) ?? each.id }))}
          />
        )}
        {room !== '' && (
          <MomentField
            label={say('access.from')}
            hint={say('access.fromHint')}
            value={from === '' ? wallText(clock.now(), zone) : from}
            onChange={setFrom}
            zone={zone}
          />
        )}
        <Button type="submit" isDisabled={!isReady}>
          {say('access.placeDo')}
        </Button>
      </form>
      {place.error && (
        <p className={styles.error} role="alert">
          {refusalOf(place.error)?.problem?.code === 'conflict'
            ? say('access.placeOverlap')
            : errorText(place.error, say)}
        </p>
      )}
    </section>
  )
}
