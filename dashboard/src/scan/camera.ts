/** The camera behind the phone as a stream of codes: by the browser's own detector where there is one, else by reading its pictures. */
import { createReader } from './qr.ts'

const LOOK_MS = 120
/** Longer sides add time, not codes. */
const READ_PX = 640

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}
type DetectorClass = (new (options: { formats: string[] }) => Detector) & { getSupportedFormats(): Promise<string[]> }

/** Shows the camera in `video` and tells every code that it sees, also the same one again. Rejects when there is none or it is not allowed. @returns how to end it */
export async function startCamera(video: HTMLVideoElement, onCode: (text: string) => void): Promise<() => void> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 } },
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false
  const stop = (): void => {
    isStopped = true
    clearTimeout(timer)
    for (const track of stream.getTracks()) track.stop()
    video.srcObject = null
  }
  try {
    video.srcObject = stream
    await video.play()
    const read = await createLook(video)
    const look = async (): Promise<void> => {
      const text = await read().catch(() => null)
      if (isStopped) return
      if (text) onCode(text)
      timer = setTimeout(() => void look(), LOOK_MS)
    }
    void look()
  } catch (error) {
    stop()
    throw error
  }
  return stop
}

async function createLook(video: HTMLVideoElement): Promise<() => Promise<string | null>> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass }
  const formats: readonly string[] = (await BarcodeDetector?.getSupportedFormats().catch(() => [])) ?? []
  if (BarcodeDetector && formats.includes('qr_code')) {
    const detector = new BarcodeDetector({ formats: ['qr_code'] })
    return async () => (await detector.detect(video))[0]?.rawValue ?? null
  }
  const read = await createReader()
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return async () => {
    if (!context || video.videoWidth === 0) return null
    const scale = Math.min(1, READ_PX / Math.max(video.videoWidth, video.videoHeight))
    canvas.width = Math.round(video.videoWidth * scale)
    canvas.height = Math.round(video.videoHeight * scale)
    context.drawImage(video, 0, 0, canvas.width, canvas.height)
    return read(context.getImageData(0, 0, canvas.width, canvas.height))
  }
}
