// A running server with a trial in it, whose audit trail tests read as an auditor.
import type { AuditEntryView } from '../../core/rest/audit.ts'
import type { ServerSettings } from '../../server/settings.ts'
import { playGateway } from './fake-gateway.ts'
import { DAY_MS, d, f, type Platform, p, startPlatform } from './platform.ts'

/** Writes whose entries are looked at in a file of their own. */
export const PEOPLE_WRITES = [
  'createUnit',
  'changeUnit',
  'changeRoom',
  'createBed',
  'changeBed',
  'arrange',
  'previewImport',
  'applyImport',
  'identifyResident',
  'addCareLevel',
  'addAbsence',
  'endAbsence',
  'addStay',
  'addCalibration',
  'createTrial',
  'editTrial',
  'addProtocol',
  'lockProtocol',
  'enrol',
  'addTrialEvent',
  'correctTrialEvent',
  'addReference',
  'correctReference',
  'endEnrolment',
  'withdrawConsent',
  'leaveResident',
  'eraseResident',
] as const

/** The same for writes about who comes in, by which credential. */
export const ACCESS_WRITES = [
  'editMe',
  'changePassword',
  'endMySession',
  'endMyOtherSessions',
  'createMyToken',
  'revokeMyToken',
  'acceptInvitation',
  'editUser',
  'inviteUser',
  'endUserSessions',
  'rotateCredential',
  'revokeCredentials',
  'setHub',
  'createSwap',
  'undoSwap',
] as const

export interface AuditWorld {
  platform: Platform
  /** One of the twelve residents of the trial; the device is `trial-11`. */
  resident: string
  /** The server's clock. */
  nowMs: number
  newest(query?: string): Promise<AuditEntryView[]>
  /** Entries after that one, but for the auditor's own reading. */
  since(seq: number): Promise<AuditEntryView[]>
  last(): Promise<number>
}

export async function startAuditWorld(settings: Partial<ServerSettings> = {}): Promise<AuditWorld> {
  let nowMs = Date.now()
  let resident = ''
  const platform = await startPlatform({ clock: () => nowMs, settings })
  await playGateway(platform.broker, 'sunny')
  const fromMs = nowMs - 10 * DAY_MS
  const facility = f('sunny')
  for (let person = 0; person < 12; person++) {
    const device = d(`trial-${person}`)
    const enrolled = { facility, id: device, profile: p('bed.sleep_mat'), maker: 'mats', activeFromMs: fromMs }
    await platform.registry.devices.enrol(enrolled, fromMs)
    resident = (await platform.registry.residents.create('sunny', fromMs)).id
    await platform.registry.consents.create({ facility, resident, purpose: 'device_evaluation', fromMs })
    await platform.registry.placements.create({ facility, device, room: null, resident, fromMs, toMs: null })
  }
  const newest: AuditWorld['newest'] = async (query = '') =>
    (await (await platform.as('auditor')).get(`/audit?limit=500${query}`)).body.items
  return {
    platform,
    resident,
    newest,
    since: async seq => (await newest()).filter(entry => entry.seq > seq && !entry.action.startsWith('view.audit')),
    last: async () => (await platform.registry.audit.head()).size - 1,
    get nowMs() {
      return nowMs
    },
    set nowMs(ms) {
      nowMs = ms
    },
  }
}
