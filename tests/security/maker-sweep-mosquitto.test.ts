// The same on Mosquitto as we ship it: no topic, refusal, receipt or metric, and no answer of the server, tells a maker what happens in a house.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAuthority } from '../../server/auth/authority.ts'
import { until } from '../app/support/until.ts'
import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { BENCH, DEVICE, HOUSE, type House, startHouse } from './sweep/house.ts'
import { createDetector, type Planted } from './sweep/needles.ts'
import { startOnMosquitto } from './sweep/platforms.ts'
import { askAll, hear, leaksIn } from './sweep/sweep.ts'

describeWith(mosquitto, 'a maker on Mosquitto', () => {
  let house: House
  let planted: Planted
  const startMs = Date.now()
  const live = async () => {
    planted = await house.live()
  }
  beforeAll(async () => {
    house = await startHouse(createAuthority(), startOnMosquitto)
    await live()
  })
  afterAll(() => house?.stop())

  it('hears none of it with the credential of its bench device, what the broker keeps included', async () => {
    const heard = await hear(house, house.bench, live)
    const own = `mimamori/v1/${BENCH}/mat-on-bench/`
    expect(heard.filter(message => !message.startsWith(own))).toEqual([])
    const detect = createDetector(planted)
    expect(heard.flatMap(message => detect(message, true))).toEqual([])
  })

  it('would hear it, were it allowed to: all of it does go over this broker', async () => {
    const heard = await hear(house, house.all as NonNullable<House['all']>, live)
    for (const channel of ['telemetry', 'event', 'status', 'receipt', 'rejected'])
      expect([
        channel,
        heard.some(message => message.startsWith(`mimamori/v1/${HOUSE}/${DEVICE}/${channel} `)),
      ]).toEqual([channel, true])
    for (const leaf of ['live', 'registry', 'gateway', 'condition/'])
      expect([leaf, heard.some(message => message.startsWith(`mimamori/v1/${HOUSE}/${leaf}`))]).toEqual([leaf, true])
    const detect = createDetector(planted)
    const leaks = heard.flatMap(message => detect(message, true))
    for (const number of planted.numbers)
      expect([number, leaks.some(leak => leak.includes(`value ${number}`))]).toEqual([number, true])
    expect(leaks.some(leak => leak.includes('a time'))).toBe(true)
  })

  it('is refused no message in a way that tells what it held, nor by its figures', async () => {
    const { numbers, texts } = planted
    const detect = createDetector({ numbers, texts, times: [], arrived: [0, 0] })
    const heard = await hear(house, house.all as NonNullable<House['all']>, live)
    const refusals = heard.filter(message => /\/(rejected|receipt) /.test(message))
    expect(refusals.length).toBeGreaterThan(2)
    expect(refusals.flatMap(message => detect(message, false))).toEqual([])
    const figures = await house.gatewayFigures()
    expect(figures).toContain('mimamori_refused_total')
    expect(detect(figures, false)).toEqual([])
  })

  it('reads none of it by any route', async () => {
    await until('the server has heard of it', async () => {
      const leaks = leaksIn(
        await askAll(house, startMs, { cookie: house.cookies.admin }, name => name === 'device'),
        planted,
      )
      return leaks.length > 0
    })
    expect(leaksIn(await askAll(house, startMs, { cookie: house.cookies.maker }), planted).join('\n')).toBe('')
  })
})
