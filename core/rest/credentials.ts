/** Devices' credentials over HTTP: which there are, new ones, their end, and the devices for which a hub speaks. */
import { z } from 'zod'
import { deviceIdSchema, facilityIdSchema } from '../ids.ts'
import { deviceCredentialSchema, deviceParams } from './devices.ts'
import { facilityQuery, route, timeSchema } from './route.ts'

const DAY_S = 86_400
/** An end that is further away than this is no change of credentials but two of them. */
const MAX_OVERLAP_S = 30 * DAY_S
/** So many devices one hub speaks for at most. */
const MAX_LISTED = 500

const deviceAccessSchema = z
  .object({
    facility: facilityIdSchema,
    device: deviceIdSchema,
    client_id: z.string(),
    /** Newest first; never the password. */
    credentials: z.array(
      z.object({
        username: z.string(),
        created: timeSchema,
        /** Null: no end. */
        ends: timeSchema.nullable(),
        state: z.enum(['valid', 'ending', 'ended']),
        /** `absent`: the broker has lost it and the device needs a new one; `unknown`: the broker's accounts are kept by hand. */
        broker: z.enum(['present', 'absent', 'unknown']),
      }),
    ),
    /** The further devices of a hub. */
    speaks_for: z.array(deviceIdSchema),
    /** The hub that speaks for it. */
    hub: deviceIdSchema.nullable(),
    /** Where devices reach the broker: at the platform's host, with TLS if it is offered. */
    broker: z.object({ port: z.int(), tls: z.boolean() }),
  })
  .meta({ id: 'DeviceAccess' })
export type DeviceAccess = z.infer<typeof deviceAccessSchema>

const rotateSchema = z.strictObject({
  /** For so long the earlier credentials work too; 0: they end at once. */
  overlap_s: z.int().min(0).max(MAX_OVERLAP_S).default(0),
})
const revokeSchema = z.strictObject({
  /** Default: all. */
  username: z.string().max(200).optional(),
})
const hubSchema = z.strictObject({ devices: z.array(deviceIdSchema).max(MAX_LISTED) })

export const credentialsRoutes = {
  deviceAccess: route({
    method: 'get',
    path: '/devices/:id/credentials',
    summary: "A device's credentials and, of a hub, the devices for which it speaks",
    params: deviceParams,
    query: z.object(facilityQuery),
    status: 200,
    response: deviceAccessSchema,
  }),
  rotateCredential: route({
    method: 'post',
    path: '/devices/:id/credentials',
    summary: 'A new credential, shown once; the earlier ones end at once or after a stated time',
    params: deviceParams,
    query: z.object(facilityQuery),
    body: rotateSchema,
    status: 201,
    response: deviceCredentialSchema,
  }),
  revokeCredentials: route({
    method: 'post',
    path: '/devices/:id/credentials/revoke',
    summary: 'End credentials at once: their connection is closed when this answers',
    params: deviceParams,
    query: z.object(facilityQuery),
    body: revokeSchema,
    status: 200,
    response: deviceAccessSchema,
  }),
  setHub: route({
    method: 'post',
    path: '/devices/:id/hub',
    summary: 'Name the devices for which this device speaks; none: it is a hub no more',
    params: deviceParams,
    query: z.object(facilityQuery),
    body: hubSchema,
    status: 200,
    response: deviceAccessSchema,
  }),
} as const
