/** What the repositories of places leave in the audit trail. */
import type { BedRecord, RoomRecord, UnitRecord } from '../../../core/registry-places.ts'
import { type AuditPlan, timeOrNull } from './plan-step.ts'

const unitOf = ({ label }: UnitRecord) => ({ label })
const roomOf = ({ label, unit, closedMs }: RoomRecord) => ({ label, unit, closed: timeOrNull(closedMs) })
const bedOf = ({ label, room, closedMs }: BedRecord) => ({ label, room, closed: timeOrNull(closedMs) })

export const placesPlan: Pick<AuditPlan, 'units' | 'rooms' | 'beds'> = {
  units: {
    create: {
      tell: ({ result }) => ({
        action: 'unit.create',
        subject: { kind: 'unit', id: result.id },
        facility: result.facility,
        new: unitOf(result),
      }),
    },
    get: 'read',
    change: {
      before: ({ units }, id) => units.get(id),
      tell: ({ result, before }) => ({
        action: 'unit.edit',
        subject: { kind: 'unit', id: result.id },
        facility: result.facility,
        old: before && unitOf(before),
        new: unitOf(result),
      }),
    },
    listOf: 'read',
    arrange: {
      tell: ({ args: [facility, order] }) => ({
        action: 'facility.arrange',
        subject: { kind: 'facility', id: facility },
        facility,
        new: order.map(({ id, rooms }) => ({ unit: id, rooms: [...rooms] })),
      }),
    },
  },
  rooms: {
    create: {
      tell: ({ result }) => ({
        action: 'room.create',
        subject: { kind: 'room', id: result.id },
        facility: result.facility,
        new: roomOf(result),
      }),
    },
    addAll: {
      tell: ({ args: [facility, rows], result }) => ({
        action: 'room.import',
        subject: { kind: 'facility', id: facility },
        facility,
        new: { made: [...result], rows: rows.map(({ unit, label, bed }) => ({ unit, label, bed })) },
      }),
    },
    get: 'read',
    change: {
      before: ({ rooms }, id) => rooms.get(id),
      tell: ({ result, before }) => ({
        action: 'room.edit',
        subject: { kind: 'room', id: result.id },
        facility: result.facility,
        old: before && roomOf(before),
        new: roomOf(result),
      }),
    },
    listOf: 'read',
    allOf: 'read',
  },
  beds: {
    create: {
      tell: ({ result }) => ({
        action: 'bed.create',
        subject: { kind: 'bed', id: result.id },
        facility: result.facility,
        new: bedOf(result),
      }),
    },
    get: 'read',
    change: {
      before: ({ beds }, id) => beds.get(id),
      tell: ({ result, before }) => ({
        action: 'bed.edit',
        subject: { kind: 'bed', id: result.id },
        facility: result.facility,
        old: before && bedOf(before),
        new: bedOf(result),
      }),
    },
    listOf: 'read',
  },
}
