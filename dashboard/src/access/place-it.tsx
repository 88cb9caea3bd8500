/** Where a device stands, and putting it into a room from now on; where it stood before stays in the record. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { DeviceDetail } from '../../../core/rest/devices.ts'
import { newIdempotencyKey } from '../api.ts'
import { Button } from '../parts/button.tsx'
import { errorText } from '../parts/notice.tsx'
import { useSay, useServices } from '../services.ts'
import styles from './access.module.css'

export function PlaceIt({ device }: { device: DeviceDetail }) {
  const say = useSay()
  const { call, clock } = useServices()
  const client = useQueryClient()
  const [room, setRoom] = useState('')
  const { data: rooms } = useQuery({
    queryKey: ['rooms', device.facility],
    queryFn: () => call('rooms', { query: { facility: device.facility, limit: 500 } }),
    staleTime: 60_000,
  })
  const place = useMutation({
    mutationFn: () =>
      call('createPlacement', {
        body: { facility: device.facility, device: device.id, room, from: new Date(clock.now()).toISOString() },
        idempotencyKey: newIdempotencyKey(),
      }),
    onSuccess: () => {
      setRoom('')
      void client.invalidateQueries({ queryKey: ['device'] })
      void client.invalidateQueries({ queryKey: ['devices'] })
    },
  })
  return (
    <section className={styles.part}>
      <h2>{say('access.place')}</h2>
      <p>{device.room ? say('scan.room', { room: device.room.label }) : say('swap.nowhere')}</p>
      <div className={styles.row}>
        <label className={styles.choice}>
          <span>{say('access.placeIn')}</span>
          <select value={room} onChange={event => setRoom(event.target.value)}>
            <option value="">—</option>
            {rooms?.items
              .filter(({ id }) => id !== device.room?.id)
              .map(({ id, label, unit }) => (
                <option key={id} value={id}>{`${label} (${unit})`}</option>
              ))}
          </select>
        </label>
        <Button isDisabled={room === '' || place.isPending} onPress={() => place.mutate()}>
          {say('access.placeDo')}
        </Button>
      </div>
      {place.error && (
        <p className={styles.error} role="alert">
          {errorText(place.error, say)}
        </p>
      )}
    </section>
  )
}
