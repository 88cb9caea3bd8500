/** Tells devices which of their messages were refused, and why; never what was in them. */
import { isCurable, type RejectedMessage } from '../core/rejections.ts'
import { deviceTopic } from '../core/topics.ts'
import type { GatewayBus } from './bus.ts'
import type { RefusedEntry } from './entries.ts'

/** One for each message, on the topic of the device named in the publish topic; nothing for a topic that was not the device's own. */
export async function sendRejection(bus: GatewayBus, entry: RefusedEntry): Promise<void> {
  if (entry.reason === 'not_own_topic' || entry.f === '' || entry.d === '') return
  const message: RejectedMessage = {
    ...(entry.b === undefined ? {} : { boot: entry.b }),
    ...(entry.s === undefined ? {} : { seq: entry.s }),
    sha256: entry.sha256,
    reason: entry.reason,
    ...(entry.fields.length > 0 ? { fields: entry.fields } : {}),
    detail: entry.detail,
    final: !isCurable(entry.reason),
  }
  await bus.publish(deviceTopic(entry.f, entry.d, 'rejected'), JSON.stringify(message), { qos: 1 })
}
