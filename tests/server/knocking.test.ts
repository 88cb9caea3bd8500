/** The list of who knocks stays small whatever strangers do, and loses what matters last. */
import { expect, it } from 'vitest'
import { createKnocking } from '../../server/broker/knocking.ts'

it('counts, dates and orders who knocks', () => {
  let nowMs = 1_000
  const knocking = createKnocking(() => nowMs)
  knocking.note('demo.mat-1', 'demo.mat-1')
  knocking.note('demo.mat-2', 'demo.mat-2')
  nowMs = 2_000
  knocking.note('demo.mat-1', 'demo.mat-1')
  expect(knocking.list()).toEqual([
    {
      clientId: 'demo.mat-1',
      username: 'demo.mat-1',
      facility: 'demo',
      device: 'mat-1',
      firstMs: 1_000,
      lastMs: 2_000,
      count: 2,
    },
    {
      clientId: 'demo.mat-2',
      username: 'demo.mat-2',
      facility: 'demo',
      device: 'mat-2',
      firstMs: 1_000,
      lastMs: 1_000,
      count: 1,
    },
  ])
})

it.each(['', 'demo', 'demo.gateway', 'DEMO.mat-1', 'demo.mat-1.2', '.', '..'])(
  'takes %o for no device of a facility',
  id => {
    const knocking = createKnocking(() => 0)
    knocking.note(id, 'x')
    expect(knocking.list()[0]).toMatchObject({ facility: null, device: null })
  },
)

it('keeps its size, and what has knocked more than once, when strangers flood it for one facility or for many', () => {
  const knocking = createKnocking(() => 0, 50)
  for (let times = 0; times < 3; times += 1) knocking.note('demo.mat-1', 'demo.mat-1')
  knocking.note('calm.mat-1', 'calm.mat-1')
  for (let n = 0; n < 10_000; n += 1) knocking.note(`demo.flood-${n}`, 'x')
  for (let n = 0; n < 10_000; n += 1) knocking.note('\u0000'.repeat(5_000) + n, 'y'.repeat(100_000))
  const kept = knocking.list()
  expect(kept).toHaveLength(50)
  const names = kept.map(({ clientId }) => clientId)
  expect(names).toContain('demo.mat-1')
  expect(names).toContain('calm.mat-1')
  expect(Math.max(...kept.map(({ clientId, username }) => clientId.length + username.length))).toBeLessThanOrEqual(256)
  for (let n = 0; n < 10_000; n += 1) knocking.note(`f${n}.mat-1`, 'x')
  expect(knocking.list()).toHaveLength(50)
})
