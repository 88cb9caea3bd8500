/** Removes a stretch of time from InfluxDB, and keeps what tells the boots of the rows that stay. */
import { utf8 } from '../../core/byte-writer.ts'
import { AppError } from '../../core/errors.ts'
import type { RemovalQuery } from '../../core/ports.ts'
import type { Influx } from '../influx.ts'
import { type BootMarker, markersToKeep } from './influx-boots.ts'
import { spanOf, toTimeText } from './influx-queries.ts'
import { readBootMarkers } from './influx-scan.ts'
import { areNames } from './storable.ts'

export async function removeFromInflux(influx: Influx, query: RemovalQuery, signal?: AbortSignal): Promise<void> {
  const { facility, devices } = query
  if (!areNames(facility, ...(devices ?? []))) throw new AppError('store_refused', 'facility or device is no name')
  await keepMarkers(influx, query, signal)
  const { from, to } = spanOf(query)
  // The store goes through it shard by shard, in which the compactions wait meanwhile: whoever has months to remove asks for days.
  for (const tags of devices?.map(device => ({ facility, device })) ?? [{ facility }])
    for (const measurement of ['telemetry', 'event']) {
      signal?.throwIfAborted()
      // The end counts as inside.
      await influx.remove(measurement, tags, toTimeText(from), toTimeText(to - 1n))
    }
}

/** Only the row at which a boot began names it: before it goes, the name is written again, under the same key, where it stays. */
async function keepMarkers(influx: Influx, query: RemovalQuery, signal?: AbortSignal): Promise<void> {
  const { from, to } = spanOf(query)
  const lines: string[] = []
  for (const [device, markers] of await readBootMarkers(influx, query.facility, query.devices, signal))
    for (const marker of markersToKeep(markers, from, to)) lines.push(markerLine(query.facility, device, marker))
  if (lines.length > 0) await influx.write(utf8(lines.join('\n')))
}

const markerLine = (facility: string, device: string, { boot, rx, key }: BootMarker): string =>
  `boot,device=${device},facility=${facility} boot="${boot}",boot_rx=${rx}i ${key}`
