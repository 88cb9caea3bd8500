/** Which device goes and which comes, from labels in any order: the one that stands somewhere goes, the one that stands nowhere comes. */
import type { Device } from '../../../core/rest/devices.ts'
import type { MessageId } from '../language.ts'
import type { LabelCode } from '../scan/label-code.ts'

export interface Picked {
  gone: Device | null
  come: Device | null
}
export interface Trouble {
  id: MessageId
  values: Record<string, string>
}

/** @returns what is picked now; with `trouble` nothing has changed. The same label again is no trouble while the camera still sees it. */
export function pick(
  picked: Picked,
  code: LabelCode,
  devices: readonly Device[],
): { picked: Picked; trouble: Trouble | null } {
  const { gone, come } = picked
  const trouble = (id: MessageId, values: Record<string, string>) => ({ picked, trouble: { id, values } })
  const device = devices.find(
    each => each.id === code.device && (code.facility === null || each.facility === code.facility),
  )
  if (!device) return trouble('swap.notHere', { code: code.device })
  if (device.id === gone?.id || device.id === come?.id) return { picked, trouble: null }
  if (device.room !== null && gone) return trouble('swap.bothPlaced', { device: device.id, room: device.room.label })
  if (device.room === null && come && !gone) return trouble('swap.bothFree', { device: device.id })
  return { picked: device.room === null ? { gone, come: device } : { gone: device, come }, trouble: null }
}
