/** Write, scan, extract and trend rates of both telemetry stores, side by side. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { BootId, DeviceId, FacilityId, ProfileId } from '../../core/ids.ts'
import { type StoredRow, storeKey } from '../../core/readings.ts'
import type { Telemetry } from '../../storage/telemetry/duckdb.ts'
import { openTelemetry } from '../contract/telemetry/open.ts'
import { influxd, startInfluxd } from '../servers/influxd.ts'

const HELP = 'npm run bench -- telemetry [--messages 500000] [--devices 1000] [--batch 5000] [--store duckdb|influx]'
const FACILITY = 'bench' as FacilityId
const PROFILE = 'bed.sleep_mat' as ProfileId
const START_MS = Date.UTC(2026, 9, 20)
const PERIOD_MS = 60_000

interface Options {
  messages: number
  devices: number
  batch: number
}

export async function bench(args: string[]): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args,
    options: { messages: text, devices: text, batch: text, store: text, help: { type: 'boolean' } },
  })
  if (values.help) return console.log(HELP)
  const options = {
    messages: Number(values.messages ?? 500_000),
    devices: Number(values.devices ?? 1_000),
    batch: Number(values.batch ?? 5_000),
  }
  const folder = mkdtempSync(join(tmpdir(), 'mimamori-bench-'))
  try {
    console.log(
      `${options.messages} messages of five metrics from ${options.devices} devices, a message a minute each, batches of ${options.batch}`,
    )
    const duckdb = values.store === 'influx' ? undefined : await benchDuckdb(options, folder)
    const influx = values.store === 'duckdb' || !influxd.find() ? undefined : await benchInflux(options, folder)
    if (duckdb && influx) {
      const ratios = Object.keys(duckdb).map(
        name => `${name} ${(Number(duckdb[name]) / Number(influx[name])).toFixed(2)}`,
      )
      console.log(`DuckDB / InfluxDB: ${ratios.join(' · ')}`)
    }
    if (duckdb)
      console.log(
        `DuckDB writes / the 10,000 messages a second it must keep up: ${((duckdb['messages/s'] ?? 0) / 10_000).toFixed(1)}`,
      )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function benchDuckdb(options: Options, folder: string) {
  const file = join(folder, 'telemetry.duckdb')
  const telemetry = openTelemetry({ kind: 'duckdb', file })
  const figures = await measure('DuckDB', telemetry, options, folder, 1)
  await telemetry.stop()
  console.log(`  file ${(statSync(file).size / 1e6).toFixed(0)} MB`)
  return figures
}

async function benchInflux(options: Options, folder: string) {
  const server = await startInfluxd()
  const { url, token, org, bucket } = server
  const telemetry = openTelemetry({ kind: 'influx', url, token, org, bucket })
  const figures = await measure('InfluxDB', telemetry, options, folder, 2)
  await telemetry.stop()
  await server.stop()
  return figures
}

async function measure(name: string, { sink, source }: Telemetry, options: Options, folder: string, inFlight: number) {
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss())
  }, 100)
  const cpu = cpuMs()
  const writing = performance.now()
  const made = await writeStream(sink, options, inFlight)
  const writeS = (performance.now() - writing - made.wallMs) / 1_000
  const cpuUs = ((cpuMs() - cpu - made.cpuMs) * 1_000) / options.messages
  const writingPeak = peak

  const range = { facility: FACILITY, fromMs: START_MS - PERIOD_MS, toMs: START_MS + 366 * 86_400_000 }
  const scanning = performance.now()
  let readings = 0
  for await (const _ of source.scan(range)) readings += 1
  const scanS = (performance.now() - scanning) / 1_000
  const extracting = performance.now()
  await source.extract(range, join(folder, `${name}.parquet`))
  const extractS = (performance.now() - extracting) / 1_000

  const trends: number[] = []
  const lastMs = START_MS + Math.floor(options.messages / options.devices) * PERIOD_MS
  for (let i = 0; i < 100; i++) {
    const began = performance.now()
    await source.buckets({
      ...{ facility: FACILITY, device: `device-${(i * 37) % options.devices}` as DeviceId, metric: 'heart_rate' },
      ...{ fromMs: lastMs - 86_400_000, toMs: lastMs, buckets: 288 },
    })
    trends.push(performance.now() - began)
  }
  trends.sort((a, b) => a - b)
  clearInterval(watch)
  const figures: Record<string, number> = {
    'messages/s': options.messages / writeS,
    'CPU µs/message': cpuUs,
    'scanned readings/s': readings / scanS,
    'extracted readings/s': readings / extractS,
    'trend p50 ms': trends[49] ?? 0,
    'trend p95 ms': trends[94] ?? 0,
    'RSS MB writing': writingPeak / 1e6,
    'RSS MB all': peak / 1e6,
  }
  console.log(
    `${name}: ${Object.entries(figures)
      .map(([label, figure]) => `${figure.toLocaleString('en', { maximumFractionDigits: 1 })} ${label}`)
      .join(' · ')}`,
  )
  return figures
}

/** CPU time of this process so far. */
const cpuMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** Writes the stream with so many batches under way; returns what making the rows took, which is not the store's. */
async function writeStream(sink: Telemetry['sink'], options: Options, inFlight: number) {
  const made = { wallMs: 0, cpuMs: 0 }
  const underWay: Promise<void>[] = []
  for (let from = 0; from < options.messages; from += options.batch) {
    const [began, cpuBegan] = [performance.now(), cpuMs()]
    const rows = makeRows(from, Math.min(options.messages, from + options.batch), options.devices)
    made.wallMs += performance.now() - began
    made.cpuMs += cpuMs() - cpuBegan
    underWay.push(sink.write(rows, from + rows.length))
    if (underWay.length >= inFlight) await underWay.shift()
  }
  await Promise.all(underWay)
  return made
}

function makeRows(from: number, to: number, devices: number): StoredRow[] {
  return Array.from({ length: to - from }, (_, i): StoredRow => {
    const position = from + i
    const seq = Math.floor(position / devices)
    const device = position % devices
    const rx = START_MS + seq * PERIOD_MS + device * 7
    const wave = Math.sin(position / 1e4)
    return {
      ...{
        kind: 'telemetry',
        facility: FACILITY,
        device: `device-${device}` as DeviceId,
        profile: PROFILE,
        boot: 'b1' as BootId,
      },
      ...{ key: storeKey(rx - 40, seq), rx, bootChanged: seq === 0, seq, marks: [], position },
      values: {
        heart_rate: 70 + Math.round(wave * 20),
        resp_rate: 16 + Math.round(wave * 4),
        activity: position % 97,
        agitation: position % 2,
        signal_quality: 80 + (position % 19),
      },
    }
  })
}
