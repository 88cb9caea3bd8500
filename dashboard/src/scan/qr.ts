/** The door to the QR library: drawing a code, and reading one from a picture where the browser cannot do so itself. */
import { encodeQR } from 'qr'

/** Modules around the code that must stay white. [ISO/IEC 18004, 6.3.8] */
const QUIET = 4

/** @returns a path of one-unit squares within `size` × `size` units */
export function qrPath(text: string): { size: number; path: string } {
  // A label on a device that is handled and wiped: a quarter of it may be lost.
  const rows = encodeQR(text, 'raw', { ecc: 'quartile', border: QUIET })
  const squares = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])))
  return { size: rows.length, path: squares.join('') }
}

export interface Picture {
  width: number
  height: number
  data: Uint8ClampedArray
}
/** Loads what reads pictures; the result gives the text of the code in one, or null. */
export async function createReader(): Promise<(picture: Picture) => string | null> {
  const { decodeQR } = await import('qr/decode.js')
  return ({ width, height, data }) => {
    try {
      return decodeQR({ width, height, data })
    } catch {
      // Most pictures of a moving hand hold no code.
      return null
    }
  }
}
