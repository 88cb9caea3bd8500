/** Passwords: argon2id hashes in PHC form; the only file that knows the hashing library. */
import { type Algorithm, hash, verify } from '@node-rs/argon2'

/** Algorithm.Argon2id; the library's enum is a type only under isolated modules. */
const ARGON2ID = 2 as Algorithm.Argon2id
/** 19 MiB, two passes, one lane: about 30 ms on a small box. [OWASP Password Storage Cheat Sheet] */
const COST = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const COST_TEXT = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$`
/** So many at a time: a flood of sign-ins takes neither all memory nor all threads. */
const AT_ONCE = 2

export interface Passwords {
  hash(password: string): Promise<string>
  /** Takes equally long without a hash (an unknown user) as with one, and is then false. */
  verify(hash: string | null, password: string): Promise<boolean>
  /** Whether a hash was made at another cost than today's: it is made anew at the next sign-in. */
  isOutdated(hash: string): boolean
}

export function createPasswords(): Passwords {
  let running = 0
  const waiting: (() => void)[] = []
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= AT_ONCE) await new Promise<void>(resolve => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
  /** Of nobody's password; made once, when first needed. */
  let decoy: Promise<string> | null = null
  return {
    hash: password => inTurn(() => hash(normal(password), COST)),
    async verify(known, password) {
      decoy ??= hash('nobody has this password', COST)
      const against = known ?? (await decoy)
      const same = await inTurn(() => verify(against, normal(password)))
      return known !== null && same
    },
    isOutdated: known => !known.startsWith(COST_TEXT),
  }
}

/** Keyboards for Japanese and Korean write one letter in several ways. [NIST SP 800-63B 5.1.1.2] */
const normal = (password: string): string => password.normalize('NFKC')
