/** What stands on a device's label, and how whatever was scanned or typed is read as a device. */
import { deviceIdSchema, facilityIdSchema } from '../../../core/ids.ts'

export interface LabelCode {
  /** Null where only the device was named. */
  facility: string | null
  device: string
}

/** An address, so that a phone's own camera opens the right page; another origin reads just as well, as labels outlive addresses. */
export const labelText = (origin: string, facility: string, device: string): string =>
  `${origin}/d/${facility}/${device}`

/** Takes the label's address, `{facility}.{device}` and the device's name alone; null for anything else. */
export function readLabel(text: string): LabelCode | null {
  const plain = text.trim().toLowerCase()
  const [, facility, device] = /\/d\/([^/?#]+)\/([^/?#]+)\/?$/.exec(plain) ?? /^([^.]+)\.([^.]+)$/.exec(plain) ?? []
  if (facility !== undefined && device !== undefined)
    return facilityIdSchema.safeParse(facility).success && deviceIdSchema.safeParse(device).success
      ? { facility, device }
      : null
  return deviceIdSchema.safeParse(plain).success ? { facility: null, device: plain } : null
}
