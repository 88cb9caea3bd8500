/** Shows that the list of conditions holds the newest of each, whatever comes late, twice, or not at all. */
import { describe, expect, it } from 'vitest'
import type { BoardCondition } from '../../core/rest/board.ts'
import { createConditionList } from '../../dashboard/src/board/condition-list.ts'

const NOW = Date.parse('2026-11-23T05:42:18+09:00')
const condition = (n: number, more: Partial<BoardCondition> = {}): BoardCondition => ({
  n,
  episode: n,
  subject: 'gateway',
  code: `code_${n}`,
  state: 'active',
  severity: 'technical',
  room: null,
  profile: null,
  since: new Date(NOW + n * 1_000).toISOString(),
  at: new Date(NOW + n * 1_000).toISOString(),
  count: 0,
  undecidable: false,
  ...more,
})
const numbers = (list: ReturnType<typeof createConditionList>) => list.active().map(({ n }) => n)

describe('the list of conditions', () => {
  it('takes each transition once and drops what is cleared, also when the older one comes last', () => {
    const list = createConditionList()
    list.take([condition(1)], 1)
    list.add(condition(3, { code: 'x', state: 'cleared' }))
    list.add(condition(2, { code: 'x' }))
    list.add(condition(2, { code: 'x' }))
    list.add(condition(4))
    expect(numbers(list)).toEqual([1, 4])
  })

  it('is replaced by a snapshot, except for what was heard after it was made', () => {
    const list = createConditionList()
    list.take([condition(1)], 1)
    list.add(condition(2))
    list.add(condition(3))
    list.take([condition(2)], 2)
    expect(numbers(list)).toEqual([2, 3])
  })

  it('asks for a snapshot when frames know of transitions that do not come, and not when they come a moment later', () => {
    const list = createConditionList()
    list.take([], 1)
    expect([list.hear(2), list.hear(2)]).toEqual([true, true])
    list.add(condition(2))
    expect([list.hear(2), list.hear(3), list.hear(3), list.hear(3)]).toEqual([true, true, true, false])
  })

  it('asks for a snapshot when a gateway counts anew, and then keeps nothing from before', () => {
    const list = createConditionList()
    list.take([condition(7)], 7)
    const first = condition(1, { at: new Date(NOW + 60_000).toISOString() })
    expect(list.add(first)).toBe(false)
    list.take([first], 1)
    expect(numbers(list)).toEqual([1])
  })

  it('gives the same array while nothing changes', () => {
    const list = createConditionList()
    list.take([condition(1)], 1)
    const before = list.active()
    list.hear(1)
    expect(list.active()).toBe(before)
  })
})
