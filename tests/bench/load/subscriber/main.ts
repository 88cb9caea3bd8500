/** The floor of every comparison: takes the messages of a lasting session, acknowledges them and does nothing else. Arguments: port, client id, filter. */
import { connect } from 'node:net'
import { createPacketReader } from '../packet-reader.ts'
import { connectPacket, subscribePacket } from '../packets.ts'

const [port = '', clientId = '', filter = ''] = process.argv.slice(2)
let received = 0
let acks = Buffer.allocUnsafe(65_536)
let filled = 0
const socket = connect({ port: Number(port), host: '127.0.0.1', noDelay: true })
const reader = createPacketReader((header, body) => {
  if (header === 0x20) socket.write(subscribePacket(filter))
  if (header >> 4 !== 3 || (header & 0x06) === 0) return
  received += 1
  if (filled === acks.length) flush()
  acks[filled] = 0x40
  acks[filled + 1] = 2
  body.copy(acks, filled + 2, 2 + body.readUInt16BE(0), 4 + body.readUInt16BE(0))
  filled += 4
})
socket.on('data', chunk => {
  reader(chunk)
  flush()
})
socket.on('close', () => process.exit(1))
socket.write(connectPacket({ clientId, clean: false }))
process.on('message', () => process.send?.({ received }))
process.on('disconnect', () => process.exit(0))

/** All PUBACKs of what was read in one write. */
function flush(): void {
  if (filled === 0) return
  socket.write(acks.subarray(0, filled))
  acks = Buffer.allocUnsafe(65_536)
  filled = 0
}
