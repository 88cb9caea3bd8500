/** The batch publisher: packets as MQTT 5 has them, every acknowledgement accounted for, packet ids kept apart from the library's. */
import { parser } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { createBatchPublisher, createIdProvider, FIRST_OWN_ID } from '../../gateway/batch-publisher.ts'

/** What it writes, read by the parser of the MQTT library. */
function start() {
  const packets: { topic: string; payload: Buffer; messageId: number; qos: number; retain: boolean }[] = []
  const read = parser({ protocolVersion: 5 })
  read.on('packet', packet => packets.push(packet as never))
  return { packets, publisher: createBatchPublisher(bytes => void read.parse(Buffer.from(bytes))) }
}

test.each([0, 1, 100, 127, 128, 16_000, 16_384, 70_000])(
  'a payload of %i bytes is a packet that others read',
  async size => {
    const { packets, publisher } = start()
    const payload = 'あ'.repeat(size / 3).padEnd(size - 2 * Math.floor(size / 3), 'x')
    const published = publisher.publish([
      { topic: 'a/受', payload },
      { topic: 'b', payload: '' },
    ])
    expect(packets.map(({ topic, payload: got, qos, retain }) => [topic, got.toString(), qos, retain])).toEqual([
      ['a/受', payload, 1, true],
      ['b', '', 1, true],
    ])
    for (const { messageId } of packets) expect(publisher.acknowledged(messageId, 0)).toBe(true)
    await published
  },
)

test('it resolves with the last acknowledgement, and rejects when one is refused', async () => {
  const { packets, publisher } = start()
  const [good, bad] = [publisher.publish([one, one]), publisher.publish([one, one])]
  const [a, b, c, d] = packets.map(({ messageId }) => messageId) as [number, number, number, number]
  let done = false
  void good.then(() => {
    done = true
  })
  publisher.acknowledged(b, 0)
  // No matching subscribers: a success.
  publisher.acknowledged(c, 0x10)
  await Promise.resolve()
  expect(done).toBe(false)
  publisher.acknowledged(a, 0)
  await good
  publisher.acknowledged(d, 0x87)
  await expect(bad).rejects.toMatchObject({ code: 'broker_refused' })
})

test('ids go round without one that is under way; when all are, it says that it cannot', async () => {
  const { packets, publisher } = start()
  const first = publisher.publish([one])
  const all = FIRST_OWN_ID - 1
  const rest = publisher.publish(Array.from({ length: all }, () => one))
  await expect(publisher.publish([one])).rejects.toMatchObject({ code: 'broker_unavailable', retryable: true })
  const ids = packets.map(({ messageId }) => messageId)
  expect([new Set(ids).size, Math.min(...ids), Math.max(...ids)]).toEqual([FIRST_OWN_ID, FIRST_OWN_ID, 0xffff])
  for (const id of ids.slice(1)) publisher.acknowledged(id, 0)
  await rest
  void publisher.publish([one, one]).catch(() => undefined)
  expect(packets.slice(-2).map(({ messageId }) => messageId)).toEqual([FIRST_OWN_ID + 1, FIRST_OWN_ID + 2])
  publisher.close()
  await expect(first).rejects.toMatchObject({ code: 'broker_unavailable' })
  await expect(publisher.publish([one])).rejects.toMatchObject({ code: 'broker_unavailable' })
})

test('an acknowledgement of the library is left to it', () => {
  const { publisher } = start()
  expect([publisher.acknowledged(1, 0), publisher.acknowledged(FIRST_OWN_ID - 1, 0)]).toEqual([false, false])
  expect(publisher.acknowledged(FIRST_OWN_ID, 0)).toBe(true)
})

test("the library's ids stay below ours and none is given twice at a time", () => {
  const ids = createIdProvider()
  const given = Array.from({ length: FIRST_OWN_ID - 1 }, () => ids.allocate())
  expect([new Set(given).size, Math.max(...(given as number[])), ids.allocate()]).toEqual([
    FIRST_OWN_ID - 1,
    FIRST_OWN_ID - 1,
    null,
  ])
  ids.deallocate(77)
  expect([ids.register(78), ids.allocate(), ids.getLastAllocated(), ids.register(FIRST_OWN_ID)]).toEqual([
    false,
    77,
    77,
    false,
  ])
  ids.clear()
  expect(ids.register(1)).toBe(true)
})

const one = { topic: 't', payload: 'x' }
