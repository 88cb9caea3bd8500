/** The gate on trial packages: passes what the engine wrote, and catches every kind of violation planted into it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BuiltTrial, builtTrial, gateOn, trialOf } from './trial-package.ts'

let built: BuiltTrial
beforeAll(async () => {
  built = await builtTrial(trialOf())
}, 60_000)
afterAll(() => {})

test('finds nothing in what the engine wrote', async () => {
  console.log(built.out)
  expect(await gateOn(built, async () => {})).toEqual([])
})
