/** Topics are put together and taken apart without loss, and nothing else passes for one. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deviceIdSchema, RESERVED_NAMES } from '../../core/ids.ts'
import { DEVICE_CHANNELS, deviceTopic, facilityTopic, parseDeviceTopic, parseFacilityTopic } from '../../core/topics.ts'

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}$/).filter(n => !RESERVED_NAMES.some(r => r === n))

test('a device topic comes apart as it was put together', () => {
  fc.assert(
    fc.property(name, name, fc.constantFrom(...DEVICE_CHANNELS), (facility, device, channel) => {
      expect(parseDeviceTopic(deviceTopic(facility, device, channel))).toEqual({ facility, device, channel })
    }),
  )
})

test.each([
  'mimamori/v1/demo/mat-0207/receipt',
  'mimamori/v1/demo/gateway/telemetry',
  'mimamori/v1/demo/mat-0207',
  'mimamori/v1/demo/mat-0207/telemetry/x',
  'mimamori/v2/demo/mat-0207/telemetry',
  'mimamori/v1/Demo/mat-0207/telemetry',
  'mimamori/v1//mat-0207/telemetry',
  '',
])('null when the topic is %s', topic => {
  expect(parseDeviceTopic(topic)).toBeNull()
})

test('a facility topic comes apart as it was put together', () => {
  expect(parseFacilityTopic(facilityTopic('demo', 'live'))).toEqual({ facility: 'demo', leaf: 'live' })
  expect(parseFacilityTopic('mimamori/v1/demo/mat/telemetry')).toBeNull()
})

test('reserved words are refused as device names', () => {
  for (const word of RESERVED_NAMES) expect(deviceIdSchema.safeParse(word).success).toBe(false)
})
