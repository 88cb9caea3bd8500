/** A second process that adds rooms to a registry file: `main.ts <file> <facility> <prefix> <rooms>`. */
import { facilityIdSchema } from '../../../../core/ids.ts'
import { createRegistry } from '../../../../storage/registry/registry.ts'

const [file = '', facility = '', prefix = '', rooms = ''] = process.argv.slice(2)
const registry = await createRegistry({ file })
for (let n = 0; n < Number(rooms); n++)
  await registry.rooms.create({ facility: facilityIdSchema.parse(facility), label: `${prefix}${n}`, unit: prefix })
await registry.stop()
