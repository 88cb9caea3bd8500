/** A hub's `offline` holds for all devices that it lists, whatever they last said themselves; when it is back, their own word counts again. */
import type { BoardModel } from './board-model.ts'
import type { KnownDevice } from './registry.ts'

/** Judged when it is read, so that it needs no memory of its own and outlives a restart. */
export function withHubs(
  board: BoardModel,
  deviceOf: (facility: string, device: string) => KnownDevice | undefined,
): BoardModel {
  const isCutOff = ({ facility, hub }: KnownDevice): boolean => {
    const known = hub === null ? undefined : deviceOf(facility, hub)
    return known !== undefined && board.state(known).online === false
  }
  return {
    ...board,
    now: device => (isCutOff(device) ? { ...board.now(device), online: false } : board.now(device)),
    state: device => (isCutOff(device) ? { ...board.state(device), online: false } : board.state(device)),
    takeNews(facility) {
      const news = board.takeNews(facility)
      const listed = [...news.devices].flatMap(id => deviceOf(facility, id)?.speaksFor ?? [])
      return listed.length === 0 ? news : { ...news, devices: new Set([...news.devices, ...listed]) }
    },
  }
}
