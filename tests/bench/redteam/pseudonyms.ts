/** Attack 12: are pseudonyms the hash of something known, and does their order say something? */
import { createHash, createHmac } from 'node:crypto'
import { type Attack, counted, type Outcome, type World } from './attack.ts'
import { recordsOf } from './records.ts'
import { kendall } from './stats.ts'

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'
function base32(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  return (bits.match(/.{5}/g) ?? []).map(five => BASE32[Number.parseInt(five, 2)]).join('')
}

/** Everything public that could have been taken for a key or a salt. */
function saltsOf({ known: { input }, seen }: World): string[] {
  const manifest = seen.texts.get('MANIFEST.sha256') ?? ''
  const { release, request, trial, maker, code_version, snapshot_ms } = input
  return [
    '',
    release,
    request,
    trial,
    maker,
    code_version,
    String(snapshot_ms),
    'mimamori',
    'subject',
    manifest.slice(0, 64),
  ]
}

/** Ids, names that are ids, and counters, hashed in every usual way. */
const dictionary: Attack = {
  number: 12,
  name: 'pseudonym dictionary',
  kind: 'every',
  threshold: 0,
  run(world): Outcome {
    const outcome = counted()
    const { known, seen } = world
    const pids = new Set(recordsOf(seen).map(({ pid }) => pid))
    const lengths = [...new Set([...pids].map(({ length }) => length))].filter(length => length >= 4)
    const words = [
      ...known.input.subjects.map(({ id }) => id as string),
      ...known.input.devices.map(({ id }) => id as string),
      ...known.input.private_names,
      ...Array.from({ length: 300 }, (_, i) => String(i)),
    ]
    for (const word of words) {
      const forms = new Set<string>([word])
      for (const salt of saltsOf(world))
        for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512']) {
          const digests = [
            createHash(algorithm)
              .update(salt + word)
              .digest(),
            createHash(algorithm)
              .update(word + salt)
              .digest(),
            createHmac(algorithm, salt).update(word).digest(),
            createHmac(algorithm, salt).update(`subject\0${word}`).digest(),
          ]
          for (const digest of digests) {
            forms.add(digest.toString('hex'))
            forms.add(base32(digest))
          }
        }
      // Pids may be the beginnings of hashes.
      const hit = [...forms].some(form => pids.has(form) || lengths.some(length => pids.has(form.slice(0, length))))
      outcome.add(hit, 0)
    }
    return outcome
  },
}

/** Order of pids against order of ids, admission, first day and age: a correlation has to be within its chance interval. */
const order: Attack = {
  number: 12,
  name: 'pseudonym order',
  kind: 'rate',
  threshold: 0.1,
  run({ seen, known, judge }): Outcome {
    const outcome = counted()
    const rank = new Map(seen.tables.subjects.map(({ pid = '' }, i) => [pid, i]))
    const people = known.people.flatMap((person, i) => {
      const at = rank.get(judge.pids.get(person.subject.id) ?? '')
      return at === undefined ? [] : [{ ...person, i, at }]
    })
    if (people.length < 10) return outcome
    const ids = people.map(({ subject }) => subject.id).sort()
    const orders = [
      people.map(({ i }) => i),
      people.map(({ subject }) => ids.indexOf(subject.id)),
      people.map(({ subject }) => subject.stay_days ?? 0),
      people.map(({ originMs }) => originMs),
      people.map(({ subject }) => subject.age ?? 0),
    ]
    for (const other of orders) {
      const { tau, sd } = kendall(
        people.map(({ at }) => at),
        other,
      )
      // By chance one in twenty lies outside; far outside is found at once.
      outcome.add(Math.abs(tau) > 1.96 * sd, 0.05)
      if (Math.abs(tau) > 4.5 * sd) outcome.found.push('the order of pids goes with an order of people')
    }
    return outcome
  },
}

export const pseudonyms: readonly Attack[] = [dictionary, order]
