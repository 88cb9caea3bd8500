/** Where the devices of a run come from: a file of credentials, or a platform that enrols what is needed. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { type Credential, readCredentials } from './credentials.ts'
import { enrol, type Wanted } from './enrol.ts'
import type { SimOptions } from './options.ts'
import { openPlatform, readDemoAdmin, readTokenFile } from './platform.ts'

export interface Source {
  /** IANA zone of the facility; local times are read in it. */
  zone: string
  /** True when any device can be had by enrolling it. */
  enrols: boolean
  /** Credentials of exactly the wanted devices, active and placed since `fromMs`. */
  obtain(wanted: readonly Wanted[], fromMs: number): Promise<Credential[]>
  /** What the file lists for the facility, but spare ones. */
  listed(): Credential[]
  stop(): Promise<void>
}

export async function openSource(
  options: SimOptions,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<Source> {
  return options.demo || options.server ? openEnrolling(options, env, say) : openFile(options, env)
}

function openFile(options: SimOptions, env: NodeJS.ProcessEnv): Source {
  const all = readCredentials(options.credentials as string)
  const mine = all.filter(({ facility }) => facility === (options.facility ?? all[0]?.facility))
  return {
    zone: env.TZ_DEFAULT || 'Asia/Tokyo',
    enrols: false,
    listed: () => mine.filter(({ spare }) => !spare),
    obtain: async wanted =>
      wanted.map(({ device }) => {
        const found = mine.find(credential => credential.device === device)
        if (!found)
          throw new AppError(
            'no_credential',
            `${options.credentials} has no device ${device}; give --server to enrol it`,
          )
        return found
      }),
    stop: async () => undefined,
  }
}

async function openEnrolling(
  options: SimOptions,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<Source> {
  const { demo } = options
  const server = options.server ?? `http://127.0.0.1:${env.HTTP_PORT || 8080}`
  const signIn = options['token-file']
    ? readTokenFile(readFileSync(options['token-file'], 'utf8'))
    : readDemoAdmin(join(demo as string, 'demo-accounts.json'))
  const platform = await openPlatform(server, signIn)
  const facility = await platform.facility(options.facility ?? (demo ? 'demo' : undefined))
  const stateFile = demo ? join(demo, `sim-${facility.id}.enrolled.json`) : `${options.credentials}.enrolled.json`
  return {
    zone: facility.zone,
    enrols: true,
    listed: () => [],
    obtain: (wanted, fromMs) =>
      enrol({
        platform,
        facility: facility.id,
        stateFile,
        wanted,
        fromMs,
        onProgress: (done, of) => {
          if (done % 25 === 0 || done === of) say(`enrolled ${done} of ${of} devices`)
        },
      }),
    stop: () => platform.stop(),
  }
}
