/** Mosquitto under attack, its accounts driven by the server. */

import { describeWith } from '../servers/find.ts'
import { mosquitto } from '../servers/mosquitto.ts'
import { startAttackedMosquitto } from './attacked-mosquitto.ts'
import { deviceAttacks } from './device-attacks.ts'

describeWith(mosquitto, 'Mosquitto under attack', () => {
  deviceAttacks('mosquitto', startAttackedMosquitto)
})
