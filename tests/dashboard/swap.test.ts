/** What a label says and how it is read; which of two scanned devices goes and which comes. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Device } from '../../core/rest/devices.ts'
import { labelText, readLabel } from '../../dashboard/src/scan/label-code.ts'
import { qrPath } from '../../dashboard/src/scan/qr.ts'
import { type Picked, pick } from '../../dashboard/src/swap/picked.ts'

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}$/)

describe('a label', () => {
  it('reads as the device that it was written for, whatever address it names', () => {
    fc.assert(
      fc.property(fc.webUrl({ withQueryParameters: false }), name, name, (url, facility, device) => {
        fc.pre(
          !['gateway', 'server', 'live', 'registry', 'condition', 'query', 'answer'].some(
            w => w === facility || w === device,
          ),
        )
        expect(readLabel(labelText(new URL(url).origin, facility, device))).toEqual({ facility, device })
        expect(readLabel(`${facility}.${device}`)).toEqual({ facility, device })
        expect(readLabel(` ${device.toUpperCase()}\n`)).toEqual({ facility: null, device })
      }),
    )
  })
  it.each(['', 'https://example.org/', 'https://x/d/demo', 'x/d/../mat', 'a.b.c', 'WIFI:S:net;P:secret;;', '氏名'])(
    'of something else (%s) is no device',
    text => expect(readLabel(text)).toBeNull(),
  )
  it('is drawn as a square with white all round', () => {
    const { size, path } = qrPath('https://example.org/d/demo/mat-1')
    const squares = [...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(match => [Number(match[1]), Number(match[2])])
    expect(Math.min(...squares.flat())).toBe(4)
    expect(Math.max(...squares.flat())).toBe(size - 5)
  })
})

describe('picking', () => {
  const device = (id: string, room: string | null, profile = 'bed.sleep_mat') =>
    ({ facility: 'demo', id, profile, room: room && { id: room, label: room } }) as unknown as Device
  const devices = [
    device('m1', '201'),
    device('m2', '202'),
    device('s1', null),
    device('s2', null),
    device('d1', null, 'room.door_motion'),
  ]
  const after = (...ids: string[]) => {
    let picked: Picked = { gone: null, come: null }
    let trouble: string | null = null
    for (const id of ids) {
      const next = pick(picked, { facility: 'demo', device: id }, devices)
      picked = next.picked
      trouble = next.trouble?.id ?? null
    }
    return [picked.gone?.id ?? null, picked.come?.id ?? null, trouble]
  }
  it.each<[string[], (string | null)[]]>([
    [
      ['m1', 's1'],
      ['m1', 's1', null],
    ],
    [
      ['s1', 'm1'],
      ['m1', 's1', null],
    ],
    [
      ['m1', 'm1', 's1', 's1'],
      ['m1', 's1', null],
    ],
    [
      ['m1', 'm2'],
      ['m1', null, 'swap.bothPlaced'],
    ],
    [
      ['s1', 's2'],
      [null, 's1', 'swap.bothFree'],
    ],
    [
      ['m1', 'd1', 's2'],
      ['m1', 's2', null],
    ],
    [['zz'], [null, null, 'swap.notHere']],
  ])('%j gives %j', (ids, wanted) => expect(after(...ids)).toEqual(wanted))
  it('takes no device of another facility for one of this', () =>
    expect(pick({ gone: null, come: null }, { facility: 'other', device: 'm1' }, devices).trouble?.id).toBe(
      'swap.notHere',
    ))
})
