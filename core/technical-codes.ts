/** The closed list of technical conditions: what keeps the platform from measuring or delivering, and whom it concerns. */

/** Subject `gateway`. */
export const GATEWAY_CODES = [
  /** The spool's quota is used up: nothing is acknowledged. */
  'spool_full',
  /** 80 % of the spool's quota is used. */
  'spool_high',
  /** The disk under the spool is full: nothing is acknowledged. */
  'disk_full',
  /** The store refuses our credential, organisation or bucket. */
  'store_denied',
  /** The store does not take messages. */
  'store_unavailable',
  /** The store has refused messages that were accepted. */
  'dead_letters',
  /** The message ledger does not balance. */
  'ledger_unbalanced',
  /** The broker had forgotten the gateway's session, and what it had queued in it. */
  'session_lost',
] as const

/** Subject: the device. */
export const DEVICE_CODES = [
  /** Its clock is more than five minutes off. */
  'clock_suspect',
  /** It sends more than its limit. */
  'rate_limited',
  /** Numbers are missing among its messages. */
  'messages_missing',
] as const

export const TECHNICAL_CODES = [...GATEWAY_CODES, ...DEVICE_CODES] as const
export type GatewayCode = (typeof GATEWAY_CODES)[number]
export type DeviceCode = (typeof DEVICE_CODES)[number]
export type TechnicalCode = (typeof TECHNICAL_CODES)[number]

/** A topic `condition/{device}/{code}` must mean one thing: no profile may give an event such a name. */
export const isTechnicalCode = (code: string): code is TechnicalCode =>
  (TECHNICAL_CODES as readonly string[]).includes(code)
