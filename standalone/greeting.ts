/** What `npm start` prints: where to look, how to sign in, and one line that makes a spare device speak. */
import { deviceTopic } from '../core/topics.ts'
import type { Demo } from './demo.ts'
import type { DemoDevice } from './demo-facility.ts'

/** A shell line that publishes one fresh message each time it is pasted: new boot, seq 0, present time. */
function publishLine(device: DemoDevice, mqttPort: number): string {
  const head = `'{"v":1,"boot":"p'$(date +%s)'-'$RANDOM'","seq":0,"ts":"'$(date -u +%Y-%m-%dT%H:%M:%SZ)'",`
  const body = `"metrics":{"heart_rate":72,"resp_rate":16,"activity":3,"signal_quality":95,"bed_state":"awake"}}'`
  const who = `-i ${device.client_id} -u ${device.username} -P ${device.password}`
  const topic = deviceTopic(device.facility, device.device, 'telemetry')
  return `mosquitto_pub -h localhost -p ${mqttPort} ${who} -q 1 -t ${topic} -m ${head}${body}`
}

export interface GreetingInput {
  url: string
  mqttPort: number
  demo: Demo
  dataDir: string
  /** Label of the room in which a device stands. */
  roomOf: (device: string) => string | null
}

export function greeting({ url, mqttPort, demo, dataDir, roomOf }: GreetingInput): string {
  const spare = demo.devices.find(device => device.spare && device.profile === 'bed.sleep_mat')
  const width = Math.max(...demo.accounts.map(account => account.user.length))
  const accounts = demo.first
    ? demo.accounts.map(({ user, password }) => `    ${user.padEnd(width)}  ${password}`)
    : [`    as printed at the first start, kept in ${dataDir}/demo-accounts.json`]
  const lines = ['', `  Mimamori is ready: ${url}`, '', '  Sign in as', ...accounts]
  if (spare) {
    lines.push(
      '',
      `  Make the spare sleep mat in room ${roomOf(spare.device) ?? '?'} speak:`,
      `    ${publishLine(spare, mqttPort)}`,
    )
  }
  return [...lines, ''].join('\n')
}
