/** Whether a device's packet is well formed where the broker's library does not look: numbers that must not be 0, texts that must be texts, lists that must not be empty. */
import { isUtf8 } from 'node:buffer'

const [PUBLISH, SUBSCRIBE, UNSUBSCRIBE] = [3, 8, 10]

/** @param from where the packet begins, `bodyAt` where its fixed header ends; MQTT 3.1.1 */
export function isWellFormed(bytes: Buffer, from: number, bodyAt: number, end: number): boolean {
  switch (bytes[from]! >> 4) {
    case PUBLISH: {
      const topicEnd = endOfText(bytes, bodyAt, end)
      // QoS 0 has no number. [MQTT-2.3.1-5]
      return topicEnd > 0 && ((bytes[from]! & 0x06) === 0 || hasNumber(bytes, topicEnd, end))
    }
    case SUBSCRIBE:
      return hasNumber(bytes, bodyAt, end) && hasFilters(bytes, bodyAt + 2, end, 1)
    case UNSUBSCRIBE:
      return hasNumber(bytes, bodyAt, end) && hasFilters(bytes, bodyAt + 2, end, 0)
    default:
      return true
  }
}

/** [MQTT-2.3.1-1] */
const hasNumber = (bytes: Buffer, at: number, end: number): boolean => at + 2 <= end && bytes.readUInt16BE(at) !== 0

/** At least one [MQTT-3.8.3-3] [MQTT-3.10.3-2], each followed by `extra` bytes. */
function hasFilters(bytes: Buffer, from: number, end: number, extra: number): boolean {
  let at = from
  while (at < end) {
    const textEnd = endOfText(bytes, at, end)
    if (textEnd <= 0) return false
    at = textEnd + extra
  }
  return at === end && at > from
}

/** Behind a text of at least one character; 0 when it is none [MQTT-1.5.3-1] [MQTT-1.5.3-2] [MQTT-4.7.3-1]. */
function endOfText(bytes: Buffer, at: number, end: number): number {
  if (at + 2 > end) return 0
  const textEnd = at + 2 + bytes.readUInt16BE(at)
  if (textEnd > end || textEnd === at + 2) return 0
  const text = bytes.subarray(at + 2, textEnd)
  return isUtf8(text) && !text.includes(0) ? textEnd : 0
}
