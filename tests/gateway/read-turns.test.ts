/** What many connections bring at once is worked on in portions, in order; an event on one of them does not wait for the others. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createReadTurns, type ReadTurns } from '../../gateway/read-turns.ts'
import { tapSocket } from '../../gateway/tapped-stream.ts'
import { until } from './fixtures.ts'

describe('turns', () => {
  test('all is done, in the order of asking, and no turn begins more once its share is used up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 60 }), async sizes => {
        const turns = createReadTurns(100)
        const done: { n: number; turn: number }[] = []
        let turn = -1
        for (const [n, bytes] of sizes.entries()) {
          const was = done.length
          expect(turns.take(bytes, () => void done.push({ n, turn }))).toBe(done.length > was)
        }
        while (done.length < sizes.length) {
          turn += 1
          await nextTurn()
        }
        expect(done.map(({ n }) => n)).toEqual(sizes.map((_, n) => n))
        for (let each = -1; each <= turn; each += 1) {
          const mine = done.filter(entry => entry.turn === each)
          const allButLast = mine.slice(0, -1).reduce((sum, { n }) => sum + (sizes[n] as number), 0)
          expect(allButLast).toBeLessThan(100)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('a new turn has room again, also when nothing waited', async () => {
    const turns = createReadTurns(100)
    let done = 0
    const work = (): void => {
      done += 1
    }
    expect(turns.take(100, work)).toBe(true)
    expect(turns.take(1, work)).toBe(false)
    await until('the second', () => done === 2)
    await nextTurn()
    await nextTurn()
    expect(turns.take(100, work)).toBe(true)
  })
})

describe('a connection', () => {
  const sockets: Socket[] = []
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
  })

  /** A client's socket, and what of it was worked on. */
  async function tapped(turns: ReadTurns): Promise<{ client: Socket; got: string[] }> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const [socket] = (await once(server, 'connection')) as [Socket]
    server.close()
    sockets.push(client, socket)
    const got: string[] = []
    tapSocket(socket, {
      turns,
      urgent: chunk => chunk.includes('!'),
      scannerOf: () => ({
        push(chunk) {
          got.push(chunk.toString())
          return true
        },
      }),
    })
    return { client, got }
  }

  /** Gives no turn until it is told to. */
  function stubborn(): ReadTurns & { go(): void } {
    const waiting: (() => void)[] = []
    return {
      take(_bytes, work) {
        waiting.push(work)
        return false
      },
      count: () => undefined,
      go() {
        for (const work of waiting.splice(0)) work()
      },
    }
  }

  test('what is urgent is read while other connections wait for their turn', async () => {
    const turns = stubborn()
    const one = await tapped(turns)
    const other = await tapped(turns)
    one.client.write('telemetry')
    other.client.write('event!')
    await until('the event', () => other.got.length === 1)
    expect(one.got).toEqual([])
  })

  test('reads nothing more before its turn, and hears to its end a client that has gone', async () => {
    const turns = stubborn()
    const { client, got } = await tapped(turns)
    const all = Array.from({ length: 50_000 }, (_, n) => n).join(' ')
    client.end(all)
    let rounds = 0
    await until('all', () => {
      rounds += 1
      turns.go()
      return got.join('').length === all.length
    })
    expect(got.join('')).toBe(all)
    expect(rounds).toBeGreaterThan(1)
  })
})
