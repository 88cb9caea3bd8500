/** Made-up audit entries for browser tests, with each thing that a screen can show: changes, views, refusals, sealed and erased values. */
import type { AuditEntryView, AuditVerification } from '../../../core/rest/audit.ts'

const entry = (seq: number, action: string, more: Partial<AuditEntryView>): AuditEntryView => ({
  seq,
  at: new Date(Date.UTC(2026, 10, 23, 1, 0, seq)).toISOString(),
  actor: { kind: 'user', id: 'admin@demo', role: 'facility_admin' },
  address: '192.0.2.17',
  purpose: 'administration',
  action,
  result: 'done',
  subject: { kind: 'facility', id: 'demo' },
  facility: 'demo',
  resident: null,
  old: null,
  new: null,
  personal: null,
  correlation: '5f0c1f1e-8f0e-4c57-9a53-6a7f8f2f7c11',
  ...more,
})

export const makeEntries = (): AuditEntryView[] =>
  [
    entry(1, 'server.start', {
      actor: { kind: 'system', id: 'server', role: null },
      address: null,
      purpose: 'technical',
      facility: null,
      subject: { kind: 'server', id: '0.1.0' },
      correlation: null,
    }),
    entry(2, 'room.create', {
      subject: { kind: 'room', id: 'k3v9q2m4x8c1p7z5d0ab' },
      new: { label: '301', unit: '3階' },
    }),
    entry(3, 'placement.create', {
      subject: { kind: 'device', id: 'demo.mat-0207' },
      resident: 'r8m2x5q9c3k7v1p4z6dd',
      old: {
        placement: 'a1',
        room: 'k1',
        resident: 'r8m2x5q9c3k7v1p4z6dd',
        from: '2026-11-01T00:00:00.000Z',
        to: '2026-11-23T01:00:03.000Z',
      },
      new: {
        placement: 'a2',
        room: 'k2',
        resident: 'r8m2x5q9c3k7v1p4z6dd',
        from: '2026-11-23T01:00:03.000Z',
        to: null,
      },
    }),
    entry(4, 'resident.edit', {
      subject: { kind: 'resident', id: 'r8m2x5q9c3k7v1p4z6dd' },
      resident: 'r8m2x5q9c3k7v1p4z6dd',
      personal: { state: 'sealed', old: null, new: null },
    }),
    entry(5, 'resident.edit', {
      subject: { kind: 'resident', id: 'r2222222222222222222' },
      resident: 'r2222222222222222222',
      personal: { state: 'erased', old: null, new: null },
    }),
    entry(6, 'view.board', { actor: { kind: 'user', id: 'staff@demo', role: 'staff' }, purpose: 'care' }),
    entry(7, 'session.open', {
      actor: { kind: 'unknown', id: '', role: null },
      purpose: 'security',
      result: 'refused',
      subject: { kind: 'user', id: '' },
      facility: null,
      new: { code: 'wrong_credentials' },
    }),
    entry(8, 'release.create', {
      actor: { kind: 'system', id: 'datasets', role: null },
      address: null,
      purpose: 'technical',
      facility: null,
      subject: { kind: 'release', id: 'DS-2026-009' },
      new: { maker: 'gaonmed', product: 'P0' },
      correlation: null,
    }),
  ].reverse()

export const makeVerification = (checkpoint: string | null): AuditVerification => {
  const isBent = checkpoint?.includes('bent') === true
  return {
    ok: !isBent,
    origin: 'mimamori/audit/0011223344556677',
    key: 'mimamori/audit/0011223344556677+00000000+AA',
    size: 1234,
    root: 'AAAA',
    findings: isBent
      ? [
          { kind: 'leaf', seq: 41 },
          { kind: 'chain', seq: 41 },
          { kind: 'own_checkpoint', seq: 12 },
        ]
      : [],
    first_bad: isBent ? 41 : null,
    found: isBent ? 3 : 0,
    own_checkpoints: 9,
    checkpoint:
      checkpoint === null ? null : { result: isBent ? 'differs' : 'holds', size: 1200, root: 'AAAA', consistency: [] },
  }
}
