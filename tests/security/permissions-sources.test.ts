// The server's sources with a guard taken away: the matrix breaks. A sample; all of them by `npm run bench -- guards`.
import { expect, it } from 'vitest'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { permissionGuards, withoutGuard } from './permissions/guards.ts'

const guards = await permissionGuards()
/** What each reach means, and two questions of handlers. */
const SAMPLE = /^a |^the role|handlers\/consents|handlers\/placements/

it('finds every question to the authority in the sources', () => {
  expect(guards.length).toBeGreaterThan(25)
  expect(new Set(guards.map(({ name }) => name)).size).toBe(guards.length)
})

describeWith(mosquitto, 'without a guard in the sources', () => {
  it.each(guards.filter(({ name }) => SAMPLE.test(name)).map(guard => [guard.name, guard] as const))(
    '%s the matrix breaks',
    async (_, guard) => expect(await withoutGuard(guard)).not.toBeNull(),
  )
})
