/** Which parts of placements a dataset may count: against a plain look at every instant. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PlacementRecord } from '../../core/registry.ts'
import type { AbsenceRecord, ConsentRecord, StayRecord } from '../../core/registry-people.ts'
import { coveredPlacements, placementsForResidents } from '../../server/datasets/covered.ts'

const END = 12
const span = fc
  .record({ fromMs: fc.integer({ min: 0, max: END }), length: fc.option(fc.integer({ min: 1, max: 6 })) })
  .map(({ fromMs, length }) => ({ fromMs, toMs: length === null ? null : fromMs + length }))
const who = fc.constantFrom('a', 'b')
const placement = fc.tuple(span, fc.option(who)).map(([of, resident]) => ({ ...of, resident }) as PlacementRecord)
const absence = fc.tuple(span, who).map(([of, resident]) => ({ ...of, resident }) as AbsenceRecord)
const consent = fc
  .tuple(span, who, fc.boolean(), fc.constantFrom('device_evaluation', 'research'))
  .map(
    ([of, resident, withdrawn, purpose]) =>
      ({ ...of, resident, purpose, withdrawnMs: withdrawn ? 1 : null }) as ConsentRecord,
  )
const holds = ({ fromMs, toMs }: { fromMs: number; toMs: number | null }, at: number): boolean =>
  fromMs <= at && (toMs === null || at < toMs)

const stay = fc
  .tuple(span, who, fc.constantFrom('r1', 'r2'), fc.option(fc.constantFrom('x', 'y')))
  .map(([of, resident, room, bed]) => ({ ...of, resident, room, bed }) as StayRecord)
const somewhere = fc
  .tuple(placement, fc.option(fc.constantFrom('r1', 'r2')), fc.option(fc.constantFrom('x', 'y')))
  .map(([of, room, bed]) => ({ ...of, room, bed: room === null ? null : bed }))

describe('whom a placement is for', () => {
  it('is whom it names, else the only one who lives at its bed, or in its room, at that instant', () =>
    fc.assert(
      fc.property(somewhere, fc.array(stay), (one, stays) => {
        const parts = placementsForResidents([one], stays)
        for (let at = 0; at < END + 10; at += 1) {
          const living = stays.filter(s => holds(s, at) && (one.bed === null ? s.room === one.room : s.bed === one.bed))
          const residents = new Set(living.map(s => s.resident))
          const expected = one.resident ?? (residents.size === 1 ? [...residents][0] : null)
          const found = parts.filter(part => holds(part, at) && part.resident !== null).map(part => part.resident)
          expect([...new Set(found)]).toEqual(holds(one, at) && expected !== null ? [expected] : [])
        }
      }),
    ))
})

describe('what a dataset may count of placements', () => {
  it('is exactly the time in which the placement and a consent that was not withdrawn hold and nobody is away, once', () =>
    fc.assert(
      fc.property(fc.array(placement), fc.array(consent), fc.array(absence), (placements, consents, absences) => {
        for (const one of placements) {
          const parts = coveredPlacements([one], consents, absences)
          for (let at = 0; at < END + 10; at += 1) {
            const { resident } = one
            const consented = consents.some(
              c =>
                c.resident === resident && c.withdrawnMs === null && c.purpose === 'device_evaluation' && holds(c, at),
            )
            const away = absences.some(a => a.resident === resident && holds(a, at))
            const counts = holds(one, at) && consented && !away
            expect(parts.filter(part => holds(part, at))).toHaveLength(counts ? 1 : 0)
          }
          expect(parts.every(part => part.toMs === null || part.toMs > part.fromMs)).toBe(true)
        }
      }),
    ))
})
