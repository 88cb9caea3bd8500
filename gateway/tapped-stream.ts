/** A socket whose QoS 1 PUBLISH packets are taken out on their way to the MQTT library behind it; the library sees the rest as if it were all. */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { PublishScanner } from './publish-scanner.ts'
import type { ReadTurns } from './read-turns.ts'

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

export interface TapOptions {
  turns: ReadTurns
  /** What cannot wait for its turn. */
  urgent?(chunk: Buffer): boolean
  /** Makes the scanner, whose rest goes to the library; when it gives up, the connection is ended. */
  scannerOf(rest: (bytes: Buffer) => void): PublishScanner
}

export function tapSocket(socket: Socket, { turns, urgent, scannerOf }: TapOptions): TappedStream {
  /** The library does not want more now; we do not. */
  let full = false
  let paused = false
  /** What was read last waits for its turn; nothing more is read until then. */
  let resting = false
  /** What happened to the socket meanwhile: a client that says goodbye and closes must be heard to the end. */
  const behind: (() => void)[] = []
  let once = false
  let heardMs = performance.now()
  const go = (): void => {
    if (!full && !paused && !resting) socket.resume()
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
  const take = (chunk: Buffer): void => {
    if (!stream.destroyed && !scanner.push(chunk)) stream.destroy(new Error('malformed or too long packet'))
  }
  const scanner = scannerOf(bytes => {
    if (stream.push(bytes)) return
    full = true
    socket.pause()
  })
  socket.on('data', (chunk: Buffer) => {
    heardMs = performance.now()
    if (once) {
      once = false
      if (paused) socket.pause()
    }
    if (urgent?.(chunk)) {
      turns.count(chunk.length)
      take(chunk)
      return
    }
    const taken = turns.take(chunk.length, () => {
      take(chunk)
      if (!resting) return
      resting = false
      for (const happen of behind.splice(0)) happen()
      go()
    })
    if (taken) return
    resting = true
    socket.pause()
  })
  const inOrder = (happen: () => void): void => {
    if (resting) behind.push(happen)
    else happen()
  }
  socket.on('end', () => inOrder(() => void stream.push(null)))
  socket.on('error', error => inOrder(() => void stream.destroy(error)))
  socket.on('close', () => inOrder(() => void stream.destroy()))

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
