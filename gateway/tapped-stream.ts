/** A socket whose QoS 1 PUBLISH packets are taken out on their way to the MQTT library behind it; the library sees the rest as if it were all. */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { PublishScanner } from './publish-scanner.ts'

export interface TappedStream {
  /** For the library. What we write to it ourselves stands between its packets, never within one. */
  stream: Duplex
  /** Nothing more is read from the socket until `resume`. */
  pause(): void
  resume(): void
  /** Reads once more, whatever comes next, and pauses again. */
  readOnce(): void
  paused(): boolean
  /** When the last bytes came, by `performance.now()`. */
  heardMs(): number
}

const TURN_BYTES = 65_536

/** @param scannerOf makes the scanner, whose rest goes to the library; when it gives up, the connection is ended */
export function tapSocket(socket: Socket, scannerOf: (rest: (bytes: Buffer) => void) => PublishScanner): TappedStream {
  /** The library does not want more now; we do not. */
  let full = false
  let paused = false
  let resting = false
  let once = false
  let readBytes = 0
  let heardMs = performance.now()
  const go = (): void => {
    if (!full && !paused && !resting) socket.resume()
  }
  /** One turn of the event loop reads up to 2 MB of a socket that is always full, eight thousand messages: an event on another would wait for them. */
  const rest = (bytes: number): void => {
    readBytes += bytes
    if (readBytes < TURN_BYTES) return
    readBytes = 0
    resting = true
    socket.pause()
    setImmediate(() => {
      resting = false
      go()
    })
  }
  const stream = new Duplex({
    read() {
      full = false
      go()
    },
    write: (chunk, encoding, done) => void socket.write(chunk, encoding, done),
    writev(chunks, done) {
      socket.cork()
      chunks.forEach(({ chunk, encoding }, i) => {
        if (i === chunks.length - 1) socket.write(chunk, encoding, done)
        else socket.write(chunk, encoding)
      })
      socket.uncork()
    },
    final: done => void socket.end(done),
    destroy(error, done) {
      socket.destroy()
      done(error)
    },
  })
  const scanner = scannerOf(bytes => {
    if (stream.push(bytes)) return
    full = true
    socket.pause()
  })
  socket.on('data', chunk => {
    heardMs = performance.now()
    if (once) {
      once = false
      if (paused) socket.pause()
    }
    if (!scanner.push(chunk as Buffer)) stream.destroy(new Error('malformed or too long packet'))
    else rest(chunk.length)
  })
  socket.on('end', () => stream.push(null))
  socket.on('error', error => stream.destroy(error))
  socket.on('close', () => stream.destroy())

  return {
    stream,
    pause() {
      paused = true
      socket.pause()
    },
    resume() {
      paused = false
      once = false
      heardMs = performance.now()
      go()
    },
    readOnce() {
      if (!paused || full || resting) return
      once = true
      socket.resume()
    },
    paused: () => paused,
    heardMs: () => heardMs,
  }
}
