/** Writes down the device catalogue, one section a type, from the profiles themselves. Pure. */
import { aggregationOf, type DeviceProfile, type EventType, type Metric, unitOf } from '../core/profile.ts'
import { profiles } from '../core/profiles/index.ts'

const FAMILIES: Readonly<Record<DeviceProfile['family'], string>> = {
  medical_robot: 'Medical robots',
  digital_rehabilitation: 'Digital rehabilitation',
  smart_elderly_care: 'Smart elderly care',
}
type Codes = Metric['codes']

/** The page docs/devices.md. */
export function devicesPage(): string {
  const families = Object.entries(FAMILIES) as [DeviceProfile['family'], string][]
  return `# Device catalogue

Made by \`npm run docs\` from [\`core/profiles/\`](../core/profiles/), one file a type; a manufacturer's own profile has the same form. Names are what stands in a
message; units are UCUM; a value outside *accepted* is refused as \`out_of_range\`, *usual* only scales charts. Codes stand only where one is established.
A metric is put together over time by *over time*. An event older on arrival than its *alarm* minutes is kept and raises nothing.

| type | ja | ko | en | family | role | board |
|---|---|---|---|---|---|---|
${profiles.map(summaryRow).join('\n')}

${families
  .map(
    ([family, title]) =>
      `## ${title}\n\n${profiles
        .filter(profile => profile.family === family)
        .map(section)
        .join('\n\n')}`,
  )
  .join('\n\n')}
`
}

const summaryRow = ({ id, label, family, role, board }: DeviceProfile): string =>
  row([
    `[\`${id}\`](#${anchorOf(id)})`,
    label.ja,
    label.ko,
    label.en,
    FAMILIES[family],
    role,
    board.map(code).join(', '),
  ])

function section(profile: DeviceProfile): string {
  const { id, version, label, priority_item: item, status, messages_per_second: rate, note } = profile
  const metrics = Object.entries(profile.metrics) as [string, Metric][]
  const events = Object.entries(profile.events) as [string, EventType][]
  return `### ${id}

${label.en} (${label.ja}, ${label.ko}), version ${version}. Priority item: ${item.ja} · ${item.ko} · ${item.en}. Up to ${rate} messages a second; a status says ${status.map(code).join(', ')}.
Shown beside its values: ${note.ja} · ${note.ko} · ${note.en}

| metric | ja | ko | en | unit | accepted | usual | comes | over time | codes |
|---|---|---|---|---|---|---|---|---|---|
${metrics.map(([name, metric]) => metricRow(name, metric)).join('\n')}

| event | ja | ko | en | severity | alarm | with it | codes |
|---|---|---|---|---|---|---|---|
${events.map(([name, event]) => eventRow(name, event)).join('\n')}`
}

const metricRow = (name: string, metric: Metric): string =>
  row([
    code(name),
    metric.label.ja,
    metric.label.ko,
    metric.label.en,
    unitOf(metric) === null ? metric.kind : code(unitOf(metric) ?? ''),
    metric.kind === 'number'
      ? span(metric.range)
      : metric.kind === 'enum'
        ? Object.keys(metric.values).map(code).join(' ')
        : '',
    metric.kind === 'number' && metric.plausible ? span(metric.plausible) : '',
    metric.sampling.how === 'event'
      ? 'when it happens'
      : `every ${metric.sampling.seconds} s${metric.sampling.how === 'session' ? ' in use' : ''}`,
    aggregationOf(metric),
    codesOf(metric.codes),
  ])

const eventRow = (name: string, event: EventType): string =>
  row([
    code(name),
    event.label.ja,
    event.label.ko,
    event.label.en,
    event.severity ?? 'recorded only',
    event.severity === null ? '' : `${event.alarm_window_s / 60} min`,
    Object.entries(event.attributes)
      .map(([attribute, { kind, ...rest }]) => `${code(attribute)} ${'unit' in rest ? rest.unit : kind}`)
      .join(', '),
    codesOf(event.codes),
  ])

const codesOf = ({ mdc, loinc, sdtm }: Codes): string =>
  [mdc && `MDC ${mdc}`, loinc && `LOINC ${loinc}`, sdtm && `SDTM ${sdtm}`].filter(Boolean).join(', ')
const span = ([low, high]: readonly [number, number]): string => `${low}–${high}`
const code = (text: string): string => `\`${text}\``
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string => heading.replaceAll('.', '')
