/** The three that take messages from the broker, under one face: who only acknowledges, our gateway, Telegraf. */
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startTelegraf } from '../../peers/telegraf/telegraf.ts'
import { freePort } from '../../servers/child.ts'
import type { Influxd } from '../../servers/influxd.ts'

export type ConsumerName = 'floor' | 'gateway' | 'telegraf'

export interface Consumer {
  name: ConsumerName
  pid: number
  /** Messages so far, of one that stores none. */
  received?(): Promise<number>
  /** Ends in good order; its session stays in the broker. */
  stop(): Promise<void>
}

export interface GatewayConsumer extends Consumer {
  get(path: string): Promise<Response>
  folder: string
}

/** A facility for each, so that one broker holds the sessions of all side by side; the names are of one length, as are then all packets. */
export const FACILITY: Record<ConsumerName, string> = { floor: 'floor', gateway: 'ours1', telegraf: 'peer1' }

const root = fileURLToPath(new URL('../../..', import.meta.url))

interface Place {
  broker: { port: number; url: string }
  store: Influxd
  bucket: string
}

/** Starts one; it may still be on its way to the broker when this returns. */
export function startConsumer(name: ConsumerName, place: Place): Promise<Consumer> {
  if (name === 'gateway') return startGateway(place)
  return name === 'floor' ? startFloor(place) : startPeer(place)
}

async function startFloor({ broker }: Place): Promise<Consumer> {
  const filter = `mimamori/v1/${FACILITY.floor}/+/telemetry`
  const file = fileURLToPath(new URL('../load/subscriber/main.ts', import.meta.url))
  const child = fork(file, [String(broker.port), 'floor', filter], {
    execArgv: [...(process.env.GATEWAY_NODE_OPTIONS ?? '').split(' ').filter(Boolean), '--import', 'tsx'],
  })
  return {
    name: 'floor',
    pid: child.pid as number,
    async received() {
      child.send('how many')
      const [answer] = (await once(child, 'message')) as [{ received: number }]
      return answer.received
    },
    stop: () => end(child),
  }
}

async function startPeer({ broker, store, bucket }: Place): Promise<Consumer> {
  const child = await startTelegraf({
    brokerUrl: broker.url,
    facility: FACILITY.telegraf,
    store: { url: store.url, token: store.token, org: store.org, bucket },
    clientId: 'telegraf',
  })
  return { name: 'telegraf', pid: child.pid, stop: () => child.stop() }
}

/** The gateway as it is shipped, as a process of its own. `env` adds settings or replaces them. */
export async function startGateway(place: Place & { env?: Record<string, string> }): Promise<GatewayConsumer> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-bench-'))
  const child = spawn(
    process.execPath,
    [
      ...(process.env.GATEWAY_NODE_OPTIONS ?? '').split(' ').filter(Boolean),
      '--import',
      'tsx',
      join(root, 'gateway/main.ts'),
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        PATH: process.env.PATH,
        HTTP_PORT: String(port),
        MQTT_URL: place.broker.url,
        INFLUX_URL: place.store.url,
        INFLUX_TOKEN: place.store.token,
        INFLUX_ORG: place.store.org,
        INFLUX_BUCKET: place.bucket,
        GATEWAY_FACILITIES: FACILITY.gateway,
        DATA_DIR: folder,
        LOG_LEVEL: 'error',
        ...place.env,
      },
    },
  )
  return {
    name: 'gateway',
    pid: child.pid as number,
    folder,
    get: path => fetch(`http://127.0.0.1:${port}${path}`),
    async stop() {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function end(child: ReturnType<typeof spawn>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
