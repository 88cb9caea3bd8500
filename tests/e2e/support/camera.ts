/** A camera for Chromium that sees what a test gives it: QR codes, one after the other, as an uncompressed video. */
import { writeFile } from 'node:fs/promises'
import { encodeQR } from 'qr'

const WIDTH = 640
const HEIGHT = 480
const FRAMES_EACH = 10

/** Chromium plays it over and over. @param file ends in .y4m */
export async function filmCodes(file: string, texts: readonly string[]): Promise<void> {
  const frames = texts.flatMap(text => Array.from({ length: FRAMES_EACH }, () => frameOf(text)))
  const head = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`)
  await writeFile(file, Buffer.concat([head, ...frames]))
}
export const cameraFlags = (file: string): string[] => [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
]

/** A white label on grey. */
function frameOf(text: string): Buffer {
  const rows = encodeQR(text, 'raw', { ecc: 'quartile', border: 4 })
  const scale = Math.floor(320 / rows.length)
  const side = rows.length * scale
  const [left, top] = [(WIDTH - side) >> 1, (HEIGHT - side) >> 1]
  const luma = Buffer.alloc(WIDTH * HEIGHT, 110)
  for (let y = 0; y < side; y += 1)
    for (let x = 0; x < side; x += 1)
      luma[(top + y) * WIDTH + left + x] = rows[Math.floor(y / scale)]?.[Math.floor(x / scale)] ? 20 : 235
  return Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)])
}
