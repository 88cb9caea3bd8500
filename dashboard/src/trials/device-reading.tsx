/** What the device read nearest to a reference measurement, and by how much it differs. */
import { useQuery } from '@tanstack/react-query'
import type { Readings } from '../../../core/rest/devices.ts'
import { hourMinuteSecond, numberText, unitText } from '../format.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { useLanguage, useSay, useServices } from '../services.ts'
import type { Reference } from './references-part.tsx'
import { TRIALS } from './use-trials.ts'

/** Further away a reading is no pair. */
const REACH_MS = 5 * 60_000
/** So that a bucket is a second wide. */
const POINTS = (2 * REACH_MS) / 1000

export function DeviceReading({ reference, zone }: { reference: Reference; zone: string }) {
  const say = useSay()
  const language = useLanguage()
  const { call } = useServices()
  const { facility, device, metric, unit, value } = reference
  const atMs = Date.parse(reference.at)
  const { data, error } = useQuery({
    queryKey: [TRIALS, 'reading', facility, device, metric, atMs],
    queryFn: () =>
      call('readings', {
        params: { id: device },
        query: {
          facility,
          metric,
          from: new Date(atMs - REACH_MS).toISOString(),
          to: new Date(atMs + REACH_MS).toISOString(),
          points: POINTS,
        },
      }),
  })
  if (error) return <Failure error={error} />
  if (!data) return <Loading />
  const near = nearest(data, atMs)
  if (!near) return <p>{say('trial.noReading')}</p>
  const [readMs, , , , , read] = near
  const time = hourMinuteSecond(readMs, zone)
  const unitWord = unitText(unit, say)
  if (typeof read !== 'number' || typeof value !== 'number')
    return <p>{say('trial.deviceRead', { value: String(read), unit: unitWord, time })}</p>
  const difference = read - value
  const sign = difference > 0 ? '+' : ''
  // As many digits as either was written with.
  const digits = Math.max(digitsOf(read), digitsOf(value))
  return (
    <p>
      {say('trial.deviceRead', { value: numberText(read, digitsOf(read), language), unit: unitWord, time })}{' '}
      <b>{say('trial.difference', { value: `${sign}${numberText(difference, digits, language)}`, unit: unitWord })}</b>
    </p>
  )
}

function nearest({ points }: Pick<Readings, 'points'>, atMs: number): Readings['points'][number] | null {
  let best: Readings['points'][number] | null = null
  for (const point of points) if (!best || Math.abs(point[0] - atMs) < Math.abs(best[0] - atMs)) best = point
  return best
}
const digitsOf = (value: number): number => Math.min(3, (String(value).split('.')[1] ?? '').length)
