/** A store writer in a process of its own, to be killed: writes a seeded stream and tells after each batch how many rows are committed. */
import { openTelemetry, type StoreDescription } from './open.ts'
import { batches, makeStream, positionAfter, type StreamOptions } from './stream.ts'

export interface WriterOrder {
  store: StoreDescription
  stream: StreamOptions
  batch: number
}

const order = JSON.parse(process.argv[2] ?? '') as WriterOrder
const { sink } = openTelemetry(order.store)
let committed = 0
for (const batch of batches(makeStream(order.stream), order.batch)) {
  await sink.write(batch, positionAfter(batch))
  committed += batch.length
  process.stdout.write(`${committed}\n`)
}
// Alive, with the file held, until it is killed.
setInterval(() => undefined, 60_000)
