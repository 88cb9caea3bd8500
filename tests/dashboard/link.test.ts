/** Shows that the picture is called live only when what it shows was measured just now. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPresent, judgeLink } from '../../dashboard/src/board/link.ts'
import { createServerClock } from '../../dashboard/src/clock.ts'

const NOW = 1_795_000_000_000
const judge = (frameAgeMs: number, feedAgeMs: number, resuming = false) =>
  judgeLink({ serverMs: NOW - frameAgeMs, feedAgeMs }, NOW, resuming)

describe('the link', () => {
  it.each([
    { frame: 400, feed: 600, kind: 'live' },
    { frame: 1_000, feed: 2_000, kind: 'live' },
    { frame: 3_001, feed: 0, kind: 'delayed' },
    { frame: 0, feed: 9_999, kind: 'delayed' },
    { frame: 10_001, feed: 0, kind: 'stopped' },
    { frame: 300, feed: 10_500, kind: 'stopped' },
    { frame: 100, feed: -1, kind: 'stopped' },
  ])('is $kind when the frame is $frame ms and the feed $feed ms old', ({ frame, feed, kind }) => {
    expect(judge(frame, feed).kind).toBe(kind)
  })

  it('is loading when nothing was ever heard', () => {
    expect(judgeLink(null, NOW, false).kind).toBe('loading')
  })

  it('withholds values when it has been stopped for a minute', () => {
    expect(judge(59_000, 0).valuesGone).toBe(false)
    expect(judge(60_001, 0).valuesGone).toBe(true)
    expect(judge(100, -1).valuesGone).toBe(true)
  })

  it('is not called stopped, and not the present either, when the computer has just woken', () => {
    expect(judge(45_000, 0, true).kind).toBe('resuming')
    expect(isPresent('resuming')).toBe(false)
  })

  it('knows that it is the gateway when frames still come', () => {
    expect(judge(300, 20_000).feedOnly).toBe(true)
    expect(judge(20_000, 0).feedOnly).toBe(false)
  })

  it('is never the present when any part of it is older than ten seconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 100_000 }), (frame, feed) => {
        if (frame > 10_000 || feed > 10_000) expect(isPresent(judge(frame, feed).kind)).toBe(false)
      }),
    )
  })
})

describe('the server clock', () => {
  it('sees frames as old when they were held up on the way', () => {
    let local = 0
    const clock = createServerClock(() => local, NOW)
    clock.hear(NOW)
    local = 20_000
    clock.hear(NOW + 1_000)
    expect(clock.now()).toBe(NOW + 20_000)
  })

  it('follows at once when the local clock stood still in sleep', () => {
    const clock = createServerClock(() => 5, NOW)
    clock.hear(NOW)
    clock.hear(NOW + 3_600_000)
    expect(clock.now()).toBe(NOW + 3_600_000)
  })

  it('follows a server clock that was set back when sixty frames have said so', () => {
    let local = 0
    const clock = createServerClock(() => local, NOW)
    clock.hear(NOW + 30_000)
    for (let i = 1; i <= 60; i += 1) {
      local = i * 1_000
      clock.hear(NOW + local)
    }
    expect(clock.now()).toBe(NOW + 60_000)
  })

  it('takes a coarse word only while it has nothing better', () => {
    const clock = createServerClock(() => 0, 0)
    clock.hearCoarse(NOW)
    expect(clock.now()).toBe(NOW)
    clock.hear(NOW + 500)
    clock.hearCoarse(NOW + 9_000)
    expect(clock.now()).toBe(NOW + 500)
  })
})
