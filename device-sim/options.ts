/** The command line of `npm run sim`: parsed once, refused if wrong. */
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { scenarios } from './simulators/scenario.ts'

export const HELP = `npm run sim -- [options]      devices that do not exist, against any broker

Which devices
  --credentials <file>   devices and their broker sign-ins, as in demo-devices.json; spare ones are left alone
  --demo <DATA_DIR>      a running demo on this machine: signs in as admin@demo and enrols the devices that are needed
  --server <url>         enrols by the HTTP API of this server; needs --token-file, and --credentials to say where the
                         sign-ins of the new devices are kept (<file>.enrolled.json)
  --token-file <file>    a token on one line, or {"user":"…","password":"…"} to sign in with; needs a facility_admin
  --facility <id>        when the file or the account has several
  --maker <id>           of the devices that are enrolled (demo-maker)
  --devices <n>          how many: the first n of the file, or n to enrol (10)

What they do
  (nothing else)         live, with the day rhythm of residents and staff
  --scenario <name>      ${Object.keys(scenarios).join(', ')}
  --speed max            without --replay: fills in the last --duration instead of running live
  --rate <per second>    raw load: messages per second over all devices
  --replay <folder>      a recording, such as recordings/tihm; its times are moved by whole days to end within 24 h;
                         with --speed at a multiple of real time, max (the default) as fast as it is acknowledged
  --duration <time>      90s, 10m, 24h, 7d; until interrupted when absent
  --seed <text>          the same seed gives the same days (1)

Where to
  --url <mqtt url>       mqtt://127.0.0.1:1883 (MQTT_PORT of the environment)
  --protocol <4|5>       4 is MQTT 3.1.1 (4)

Progress goes to standard error; the last line of standard output counts published, acknowledged and refused messages.
Exit code: 0 all acknowledged · 1 not, or failed · 2 bad usage
`

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const durationSchema = z
  .string()
  .regex(/^\d+[smhd]$/, 'such as 90s, 10m, 24h or 7d')
  .transform(text => Number(text.slice(0, -1)) * (UNITS_MS[text.slice(-1)] as number))
const positive = z.coerce.number().positive('a number above 0')

const optionsSchema = z
  .strictObject({
    url: z.url({ protocol: /^mqtts?$/, error: 'an address such as mqtt://127.0.0.1:1883' }),
    credentials: z.string().optional(),
    demo: z.string().optional(),
    server: z.url({ protocol: /^https?$/, error: 'an address such as http://127.0.0.1:8080' }).optional(),
    'token-file': z.string().optional(),
    facility: z.string().optional(),
    maker: z.string().default('demo-maker'),
    devices: z.coerce.number().int().min(1).max(10_000).optional(),
    rate: positive.optional(),
    scenario: z.enum(Object.keys(scenarios) as [string, ...string[]]).default('normal'),
    seed: z
      .string()
      .regex(/^[a-z0-9]{1,20}$/, 'up to 20 of a–z and 0–9')
      .default('1'),
    duration: durationSchema.optional(),
    replay: z.string().optional(),
    speed: z.union([z.literal('max'), positive]).optional(),
    protocol: z
      .enum(['4', '5'])
      .default('4')
      .transform((text): 4 | 5 => (text === '5' ? 5 : 4)),
  })
  .superRefine((options, context) => {
    const wrong = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    if (!options.demo && !options.credentials) wrong('credentials', 'give --credentials or --demo')
    if (options.server && !options['token-file'] && !options.demo) wrong('token-file', '--server needs --token-file')
    if (options.server && !options.credentials && !options.demo) wrong('credentials', '--server needs --credentials')
    if (options.replay && options.rate) wrong('rate', 'not with --replay')
    if (options.replay || options.speed === undefined) return
    if (options.speed !== 'max' || options.rate) wrong('speed', 'a factor is for --replay only')
    if (options.duration === undefined) wrong('duration', '--speed max without --replay needs --duration')
  })
export type SimOptions = z.infer<typeof optionsSchema>

/** @returns the options, `help` when they were asked for, or one readable line on what is wrong */
export function parseOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): { options: SimOptions } | { help: true } | { error: string } {
  const names = ['url', 'credentials', 'demo', 'server', 'token-file', 'facility', 'maker', 'devices', 'rate'] as const
  const more = ['scenario', 'seed', 'duration', 'replay', 'speed', 'protocol'] as const
  const text = Object.fromEntries([...names, ...more].map(name => [name, { type: 'string' as const }]))
  try {
    const { values } = parseArgs({ args: [...args], options: { ...text, help: { type: 'boolean', short: 'h' } } })
    if (values.help) return { help: true }
    const url = `mqtt://127.0.0.1:${env.MQTT_PORT || 1883}`
    const parsed = optionsSchema.safeParse({ url, ...values })
    if (parsed.success) return { options: parsed.data }
    const issue = parsed.error.issues[0]
    return { error: `--${issue?.path.join('.')}: ${issue?.message}` }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}
