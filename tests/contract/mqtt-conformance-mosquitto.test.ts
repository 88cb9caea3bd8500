/** The conformance suite on Mosquitto, which shows that the suite itself asks for what MQTT 3.1.1 asks for. */
import { describeWith } from '../servers/find.ts'
import { mosquitto, startSecuredMosquitto } from '../servers/mosquitto.ts'
import { type ConformanceBroker, mqttConformance } from './mqtt-conformance.ts'

async function makeBroker(): Promise<ConformanceBroker> {
  const broker = await startSecuredMosquitto()
  const everything = { username: 'everything', password: 'an-account-of-this-test-alone' }
  const limited = { username: 'limited', password: 'another-account-of-this-test-alone' }
  const all = (acltype: string) => ({ acltype, topic: '#', allow: true })
  await broker.control(
    {
      command: 'createRole',
      rolename: 'everything',
      acls: [
        ...['publishClientSend', 'publishClientReceive', 'subscribePattern', 'unsubscribePattern'].map(all),
        { acltype: 'publishClientSend', topic: '$conformance/#', allow: true },
      ],
    },
    { command: 'createClient', ...everything, roles: [{ rolename: 'everything' }] },
    { command: 'createClient', ...limited },
  )
  return {
    port: Number(new URL(broker.url).port),
    all: everything,
    limited: { clientId: 'limited', ...limited, filter: 'conformance/forbidden' },
    stop: () => broker.stop(),
  }
}

describeWith(mosquitto, 'MQTT 3.1.1 at Mosquitto', () =>
  // Mosquitto gives a name to who has none, and at overlapping filters goes by the one it finds first.
  mqttConformance(makeBroker, { zeroLengthClientId: 'given', overlapping: 'any' }),
)
