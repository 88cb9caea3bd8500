// Telegraf as the peer of our gateway: takes the same messages from the same broker into the same store, acknowledging after the write.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, launch, place } from '../../servers/child.ts'
import { builtProgram, locate } from '../../servers/find.ts'

export const telegraf = builtProgram('telegraf', 'telegraf', 'TELEGRAF_BIN', new URL('.', import.meta.url))

export type TelegrafOptions = {
  /** `mqtt://host:port` */
  readonly brokerUrl: string
  readonly facility: string
  readonly store: { readonly url: string; readonly token: string; readonly org: string; readonly bucket: string }
  readonly clientId: string
  ready?(pid: number): Promise<boolean>
}

/** Ready at once: it tries its connections by itself, and has a session in the broker a moment after. */
export async function startTelegraf(options: TelegrafOptions): Promise<Child> {
  const { dir, port, keepDir } = await place('telegraf', {})
  const file = join(dir, 'telegraf.conf')
  writeFileSync(file, configOf(options))
  const command = locate(telegraf)
  return launch({ name: 'telegraf', command, args: [file], dir, port, keepDir, ready: async () => true })
}

/**
 * The settings at which the two are compared: QoS 1, a session that lasts, 20,000 messages in hand, batches of 5,000 or after 250 ms.
 * Its buffer holds more than it may have in hand, so that it never drops; it compresses no more than the gateway does on one machine. It stores the metrics and `seq`, with the device as tag.
 */
const configOf = ({ brokerUrl, facility, store, clientId }: TelegrafOptions): string => `
[agent]
  interval = "1s"
  flush_interval = "250ms"
  flush_jitter = "0s"
  metric_batch_size = 5000
  metric_buffer_limit = 50000
  omit_hostname = true

[[inputs.mqtt_consumer]]
  servers = ["${brokerUrl.replace('mqtt:', 'tcp:')}"]
  topics = ["mimamori/v1/${facility}/+/telemetry"]
  topic_tag = ""
  qos = 1
  persistent_session = true
  client_id = "${clientId}"
  max_undelivered_messages = 20000
  data_format = "json"
  json_time_key = "ts"
  json_time_format = "unix_ms"
  json_string_fields = ["metrics_bed_state"]
  fieldinclude = ["metrics_*", "seq"]
  [[inputs.mqtt_consumer.topic_parsing]]
    topic = "mimamori/v1/+/+/+"
    measurement = "_/_/_/_/measurement"
    tags = "_/_/facility/device/_"

[[outputs.influxdb_v2]]
  urls = ["${store.url}"]
  token = "${store.token}"
  organization = "${store.org}"
  bucket = "${store.bucket}"
  content_encoding = "identity"
`
