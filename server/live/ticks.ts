/** The rhythm of the live part: frames once a second, minutes, looks at the registry, events and conditions as they come. */
import { errorFields, type Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Boards } from './boards.ts'
import type { ConditionFeed } from './condition-feed.ts'
import type { Feed } from './feed.ts'
import type { Sockets } from './sockets.ts'

const FRAME_MS = 1_000
const MINUTE_LOOK_MS = 10_000
/** Often enough that a strip is whole soon after a device came back; each look costs a store query or two per room. */
const PAST_LOOK_MS = 120_000
const REGISTRY_LOOK_MS = 5_000

/** @returns how to end it */
export function startTicks({
  feed,
  conditions,
  boards,
  sockets,
  metrics,
  log,
}: {
  feed: Feed
  conditions: Pick<ConditionFeed, 'onTransition'>
  boards: Boards
  sockets: Sockets
  metrics: Pick<Metrics, 'frame'>
  log: Log
}): () => void {
  feed.onLive((facility, message) => {
    // The first word of a facility opens its board, so that its last half hour is noted before anyone looks.
    boards
      .open(facility)
      .catch((error: unknown) => log.warn({ facility, ...errorFields(error) }, 'a board could not be opened'))
    for (const event of boards.events(facility, message).toReversed()) sockets.event(facility, event)
  })
  conditions.onTransition((facility, transition) => sockets.condition(facility, boards.condition(facility, transition)))
  // A task of its own: a volatile frame in the same turn as an event would be dropped by the socket.
  const frames = setInterval(() => {
    for (const facility of sockets.watched()) {
      const frame = boards.frame(facility)
      if (!frame) continue
      sockets.frame(facility, frame)
      metrics.frame(facility)
    }
  }, FRAME_MS)
  const minutes = setInterval(boards.noteMinutes, MINUTE_LOOK_MS)
  const past = setInterval(() => {
    boards
      .fillPast()
      .catch((error: unknown) => log.warn(errorFields(error), 'the last half hour of the boards could not be read'))
  }, PAST_LOOK_MS)
  const looks = setInterval(() => {
    boards.refreshDue().then(
      changed => {
        for (const { facility, version } of changed) sockets.layout(facility, version)
      },
      (error: unknown) => log.warn(errorFields(error), 'the registry could not be looked at for the boards'),
    )
  }, REGISTRY_LOOK_MS)
  return () => {
    clearInterval(frames)
    clearInterval(minutes)
    clearInterval(past)
    clearInterval(looks)
  }
}
