/** What identifiers of people and machines look like, wherever they come from: none may stand in a package. */

/** Tried on every text of the package; digits count only where no other digit or letter touches them. */
export const PATTERNS: readonly { kind: string; pattern: RegExp }[] = [
  { kind: 'e-mail address', pattern: /[\p{L}\d._%+-]+@[\p{L}\d-]+\.[\p{L}\d.-]+/u },
  {
    kind: 'Japanese phone number',
    pattern: /(?<![\p{L}\d.-])(?:0\d{1,4}-\d{1,4}-\d{3,4}|0\d{9,10}|\+81[ -]?\d[\d -]{7,11})(?![\p{L}\d])/u,
  },
  {
    kind: 'Korean phone number',
    pattern: /(?<![\p{L}\d.-])(?:01[016789]-?\d{3,4}-?\d{4}|\+82[ -]?\d[\d -]{7,11})(?![\p{L}\d])/u,
  },
  { kind: 'twelve digits, as My Number', pattern: /(?<![\p{L}\d.-])(?:\d{12}|\d{4}[ -]\d{4}[ -]\d{4})(?![\p{L}\d.])/u },
  {
    kind: 'resident registration number',
    pattern: /(?<![\p{L}\d.-])\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-?[1-8]\d{6}(?![\p{L}\d])/u,
  },
  { kind: 'ten digits, as an insured number', pattern: /(?<![\p{L}\d.-])\d{10}(?![\p{L}\d.])/u },
  { kind: 'postal code', pattern: /〒\s?\d{3}-?\d{4}/u },
  { kind: 'MAC address', pattern: /(?<![\p{L}\d:-])(?:[\da-f]{2}[:-]){5}[\da-f]{2}(?![\p{L}\d:-])/iu },
  { kind: 'IP address', pattern: /(?<![\p{L}\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\p{L}\d.])/u },
  { kind: 'UUID', pattern: /(?<![\p{L}\d-])[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\p{L}\d-])/iu },
  { kind: 'MQTT topic', pattern: /mimamori\/v\d/u },
  { kind: 'instant in epoch milliseconds', pattern: /(?<![\p{L}\d.-])1[0-9]\d{11}(?![\p{L}\d.])/u },
]
