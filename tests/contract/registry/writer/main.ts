/** A second process that adds rooms to a registry: `main.ts <file or connection string> <facility> <prefix> <rooms>`. */
import { facilityIdSchema } from '../../../../core/ids.ts'
import { createRegistry } from '../../../../storage/registry/registry.ts'

const [place = '', facility = '', prefix = '', rooms = ''] = process.argv.slice(2)
const registry = await createRegistry(place.startsWith('postgres:') ? { url: place } : { file: place })
for (let n = 0; n < Number(rooms); n++)
  await registry.rooms.create({ facility: facilityIdSchema.parse(facility), label: `${prefix}${n}`, unit: prefix })
await registry.stop()
