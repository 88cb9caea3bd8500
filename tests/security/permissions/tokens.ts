/** Which scope opens which route to an API token, as the matrix expects it; `none`: tokens stay outside. */
import { TOKEN_SCOPES, type TokenScope } from '../../../core/rest/route.ts'
import type { GuardedRoute } from '../../../core/rest/rules.ts'
import { scopesOf } from '../../../core/rest/scopes.ts'
import { routes } from '../../../core/rest.ts'
import { PEOPLE } from '../../server/platform.ts'
import { CASES, send, wrong } from './matrix.ts'
import type { World } from './world.ts'

const SCOPED: Readonly<Record<TokenScope | 'any', string>> = {
  any: 'me facilities deviceTypes',
  'devices:read': 'devices device deviceFirmware calibrations',
  'devices:enrol': 'createDevice deviceAccess rotateCredential revokeCredentials setHub knocks addCalibration',
  'readings:read': 'readings readingsCsv deviceEvents',
  'ledger:read': 'ledger ledgerDevices rejections rejectionCounts conflicts deadLetters figures',
  'registry:read': 'units rooms beds residents placements consents',
  'registry:write':
    'createUnit changeUnit createRoom changeRoom createBed changeBed arrange createResident addCareLevel addStay addAbsence endAbsence createPlacement createConsent withdrawConsent',
  'trials:read': 'trials trial trialEvents trialEventSummaries trialEventHistory references referenceHistory',
  'trials:write': 'addTrialEvent correctTrialEvent addReference correctReference',
  'datasets:read': 'datasetRequests datasetRequest datasetOutlook dataset',
  'datasets:write': 'createDatasetRequest editDatasetRequest submitDatasetRequest withdrawDatasetRequest',
  'datasets:review': 'reviewDatasetRequest returnDatasetRequest',
  'audit:read': 'audit auditVerify auditCheckpoint auditKey auditConsistency auditProof auditExport',
}
export const scopeFor = (name: GuardedRoute): TokenScope | 'any' | 'none' =>
  ([...TOKEN_SCOPES, 'any'] as const).find(scope => SCOPED[scope].split(' ').includes(name)) ?? 'none'

const tokens = new Map<string, string>()
/** A token of this person with these scopes, of those that its role has a use for. */
async function tokenOf({ platform }: World, person: string, scopes: readonly TokenScope[]): Promise<string | null> {
  const role = PEOPLE[person]?.role
  const useful = scopes.filter(scope => role && scopesOf(role).includes(scope))
  if (useful.length === 0) return null
  const key = `${platform.url} ${person} ${useful.join(' ')}`
  const known = tokens.get(key)
  if (known !== undefined) return known
  const made = await (await platform.as(person)).post('/me/tokens', { name: 'matrix', scopes: useful, days: 1 })
  tokens.set(key, made.body.token)
  return made.body.token
}

/** How tokens are not as they must be on a route: the scope opens it to who may, all others together do not. */
export async function tokenDifferences(world: World, name: GuardedRoute): Promise<string[]> {
  const [each] = CASES[name]
  const scope = scopeFor(name)
  const able = each.ok.split(' ').find(one => scopesOf(PEOPLE[one]?.role ?? 'display').length > 0)
  if (able === undefined) throw new Error(`nobody who may ${name} has a token`)
  // A call that should be refused may end sessions when it is not: those of somebody whom no other test needs.
  const person = scope === 'none' && each.ok.includes('steward') ? 'steward2' : able
  const found: string[] = []
  const right = scope === 'any' ? TOKEN_SCOPES : scope === 'none' ? [] : [scope]
  const opens = await tokenOf(world, person, right)
  if (opens) {
    const ask = await each.ask(world)
    const reply = await send(world, routes[name], ask, { authorization: `Bearer ${opens}` })
    const fault = wrong(routes[name], each, person, ask, reply)
    if (fault) found.push(`${name} with the scope ${scope} of ${person}: ${fault}`)
  }
  const others = await tokenOf(world, person, scope === 'any' ? [] : TOKEN_SCOPES.filter(one => one !== scope))
  if (others) {
    const { status } = await send(world, routes[name], await each.ask(world), { authorization: `Bearer ${others}` })
    if (status !== 403) found.push(`${name} without the scope ${scope} of ${person}: ${status}`)
  }
  return found
}
