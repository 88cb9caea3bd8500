/** Which screens a role has; the server decides what may be seen, this only avoids doors that lead nowhere. */
import type { Role } from '../../core/rest/route.ts'
import type { Me } from '../../core/rest/session.ts'
import type { MessageId } from './language.ts'
import type { IconName } from './parts/icon.tsx'

export type Section =
  | 'board'
  | 'residents'
  | 'devices'
  | 'datasets'
  | 'trials'
  | 'facilities'
  | 'users'
  | 'audit'
  | 'retention'

const SECTIONS: Record<Role, readonly Section[]> = {
  staff: ['board', 'devices', 'trials'],
  facility_admin: ['board', 'residents', 'devices', 'trials', 'users', 'audit', 'retention'],
  display: ['board'],
  manufacturer: ['devices', 'trials', 'datasets'],
  steward: ['datasets', 'trials'],
  auditor: ['audit', 'devices'],
  operator: ['devices', 'retention'],
  platform_admin: ['facilities', 'users'],
}
export const sectionsOf = (role: Role): readonly Section[] => SECTIONS[role]
/** True where devices can be listed; auditor and operator read the ledgers alone. */
export const seesDevices = (role: Role): boolean => role !== 'auditor' && role !== 'operator'
export const SECTION_ICONS: Record<Section, IconName> = {
  board: 'board',
  residents: 'bed',
  devices: 'device',
  datasets: 'data',
  trials: 'flask',
  facilities: 'house',
  audit: 'shield',
  users: 'people',
  retention: 'clock',
}
/** True where devices are enrolled and their credentials kept: in a facility by its administrator, on its bench by a maker. */
export const enrols = (role: Role): boolean => role === 'facility_admin' || role === 'manufacturer'
/** True where devices stand in rooms and are swapped there. */
export const swaps = (role: Role): boolean => role === 'staff' || role === 'facility_admin'
export const sectionWord = (section: Section): MessageId => `nav.${section}`

/** The facility whose board is live; null for roles without a board. */
export const boardFacility = (me: Me, chosen: string | null): string | null => {
  if (!SECTIONS[me.role].includes('board')) return null
  return me.facilities.find(facility => facility === chosen) ?? me.facilities[0] ?? null
}
export const homeOf = (role: Role): string =>
  role === 'display' ? '/board?view=wall' : `/${SECTIONS[role][0] ?? 'me'}`
