/** Writes down who may what, in words, from the rules that the server decides by. Pure. */
import { API_ROOT, ROLES, type Role, type Route } from '../core/rest/route.ts'
import { type GuardedRoute, purposeOf, type Reach, RULES, type Rule } from '../core/rest/rules.ts'
import { ROUTE_SCOPES } from '../core/rest/scopes.ts'
import { type RouteName, routes } from '../core/rest.ts'

const WORDS: Readonly<Record<Reach, string>> = {
  self: 'own account',
  facility: 'own facility',
  maker: 'own maker',
  bench: 'own bench',
  handed_in: 'handed in',
  all: 'all',
}
const LIVE_WORDS: Readonly<Record<keyof typeof RULES.live, string>> = {
  watch: 'chooses the facility whose board is sent',
  f: 'frame of all rooms, once a second',
  e: 'event of a device',
  a: 'transition of a condition',
  layout: 'the rooms are other ones now',
  job: 'progress of a dataset build',
}
const PART_WORDS: Readonly<Record<keyof typeof RULES.parts, string>> = {
  values: 'values, the room, the signal strength and moments of a device',
  payloads: 'what a device sent and was refused, as it came',
  hours: 'hours, counts and single messages of the ledger',
  recount: 'the store asked anew what it holds',
  personal: 'values of a person in the audit trail',
  small_counts: 'the number enrolled in a trial while it is below twelve',
  strangers: 'devices that knock without naming a facility, where there is one house only',
}

/** The page docs/permissions.md. */
export function permissionsPage(): string {
  const named = Object.entries(routes) as [RouteName, Route][]
  const open = named.filter(([, route]) => route.open)
  const guarded = named.filter(([, route]) => !route.open) as [GuardedRoute, Route][]
  const subjects = [...new Set(guarded.map(([, route]) => subjectOf(route)))]
  return `# Who may what

Made by \`npm run docs\` from \`core/rest/rules.ts\`, by which \`server/auth/authority.ts\` decides about every request and every socket event. What has
no rule is closed: a route without one does not compile, and an answer is withheld from whoever did not ask whose it is.

A cell says on whose things a role may act: *own facility* (those written in the account), *own maker* (its devices, trials, requests, datasets),
*own bench* (what stands on its bench, and nothing that stands in a facility), *handed in* (requests that their maker has handed in), *own account*, *all*.
Empty: not at all, \`403\`. Things of others are \`403\` where the facility is named, and \`404\` where their existence is not the caller's to know.
The token column names the scope that an API token needs beside the role of its owner; tokens open no socket.

Purposes, as they stand in the audit trail: ${ROLES.map(role => `${role} ${purposeOf('facilities', role)}`).join(', ')}.
Otherwise: ${exceptions(guarded)}.

## Without a session

${open.map(([, route]) => `* ${addressOf(route)}: ${route.summary}`).join('\n')}

## Routes

${subjects.map(subject => `### ${subject}\n\n${tableOf(guarded.filter(([, route]) => subjectOf(route) === subject))}`).join('\n\n')}

## Socket events (\`/live\`)

${rows('event', Object.entries(RULES.live) as [keyof typeof LIVE_WORDS, Rule][], LIVE_WORDS)}

## Parts of answers

${rows('part', Object.entries(RULES.parts) as [keyof typeof PART_WORDS, Rule][], PART_WORDS)}
`
}

const subjectOf = ({ path }: Route): string => path.split('/')[1] ?? ''
const addressOf = ({ method, path }: Route): string => `\`${method.toUpperCase()} ${API_ROOT}${path}\``
const cells = (rule: Rule): string[] => ROLES.map(role => (rule[role] === undefined ? '' : WORDS[rule[role]]))
const row = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`
const head = (first: string, last: readonly string[]): string =>
  [row([first, ...ROLES, ...last]), row([first, ...ROLES, ...last].map(() => '---'))].join('\n')

const tableOf = (entries: readonly [GuardedRoute, Route][]): string =>
  [
    head('route', ['token']),
    ...entries.map(([name, route]) =>
      row([`${addressOf(route)}<br>${route.summary}`, ...cells(RULES.routes[name]), ROUTE_SCOPES[name] ?? 'none']),
    ),
  ].join('\n')

const rows = <K extends string>(first: string, entries: readonly [K, Rule][], words: Record<K, string>): string =>
  [head(first, []), ...entries.map(([name, rule]) => row([`\`${name}\` ${words[name]}`, ...cells(rule)]))].join('\n')

/** Where a role has another purpose than usual. */
function exceptions(guarded: readonly [GuardedRoute, Route][]): string {
  const found = new Map<string, string[]>()
  for (const [name] of guarded)
    for (const role of ROLES) {
      const purpose = purposeOf(name, role)
      if (RULES.routes[name][role] === undefined || purpose === purposeOf('facilities', role)) continue
      const key = purpose === 'security' ? 'security' : `${purpose} for ${role satisfies Role}`
      const names = found.get(key) ?? []
      if (!names.includes(name)) names.push(name)
      found.set(key, names)
    }
  return [...found].map(([purpose, names]) => `${names.join(', ')}: ${purpose}`).join('; ')
}
