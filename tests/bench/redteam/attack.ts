/** What an attack is: a try to learn from a written package what it must not tell, counted, and judged by the truth afterwards. */
import type { Chance } from '../../../device-sim/random.ts'
import type { CommonEvent } from '../../trial/happenings.ts'
import type { Known } from './known.ts'
import type { Seen } from './seen.ts'
import type { SmallAnswer } from './small.ts'
import { difference, wilson } from './stats.ts'

/** What only the judge knows: attacks may count their hits with it, never choose by it. */
export interface Judge {
  /** Subject → pid. */
  pids: ReadonlyMap<string, string>
  /** Subject → class; absent: left out of the release. */
  classes: ReadonlyMap<string, string>
  /** `group metric` as in series → subjects behind it. */
  members: ReadonlyMap<string, readonly string[]>
  /** Keys of the release. */
  secrets: readonly Buffer[]
}

export interface World {
  /** What the recipient was given. */
  seen: Seen
  /** Another release of the same people under another key; null where none was to be had. */
  second: { seen: Seen; judge: Judge } | null
  /** Releases of the same trial that were asked for after the first, the second key's and one after somebody withdrew; `refused`: the engine would not make it. */
  later: readonly ({ seen: Seen; judge: Judge } | 'refused')[]
  /** Small trials that were asked for beside this one. */
  small: readonly SmallAnswer[]
  /** Texts planted in the source where no rule keeps anything. */
  canaries: readonly string[]
  /** What was in the newspapers, or known to the neighbours. */
  calendar: readonly CommonEvent[]
  /** The raw data with identities: more than any real attacker holds. */
  known: Known
  /** The same of people who were held out. */
  control: Known
  judge: Judge
  k: number
  chance: Chance
}

export interface Outcome {
  tries: number
  /** A guess that is right with a known probability counts as that much. */
  successes: number
  /** How many of the tries would have succeeded without the package. */
  expected: number
  /** The same tries on people who were held out, where these say what succeeds without the package. */
  control?: { tries: number; successes: number }
  /** What was found that needs no counting, one line each; never a person's value. */
  found?: string[]
}

export interface Attack {
  /** As in the list of attacks; several entries may share one. */
  number: number
  name: string
  /** `rate`: the upper bound of the excess over chance must not pass the threshold. `every`: all cases are looked at, and none may succeed. */
  kind: 'rate' | 'every'
  threshold: number
  /** True for what is measured and told but beyond what a package promises; decision 0116 says why. */
  beyond?: true
  run(world: World): Outcome | Promise<Outcome>
}

export interface Verdict {
  attack: string
  tries: number
  successes: number
  /** Rate without the package. */
  baseline: number
  excess: number
  /** 95 % upper bound of the excess: Wilson's of the rate less the baseline, or Newcombe's of a difference where the baseline was counted too. */
  wilsonUpper: number
  /** The lower end: above the threshold, it is certain that the attack works. */
  wilsonLower: number
  threshold: number
  /** False: told only. */
  judged: boolean
  passed: boolean
  note: string
}

/** Outcomes of one attack on many packages, taken together. An attack that could try nothing has shown nothing: it fails. */
export function verdictOf(attack: Attack, outcomes: readonly Outcome[]): Verdict {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((all, outcome) => all + of(outcome), 0)
  const tries = sum(({ tries: n }) => n)
  const successes = sum(({ successes: n }) => n)
  const control = { tries: sum(of => of.control?.tries ?? 0), successes: sum(of => of.control?.successes ?? 0) }
  const counted = control.tries > 0
  const baseline = tries === 0 ? 0 : counted ? control.successes / control.tries : sum(of => of.expected) / tries
  const found = outcomes.flatMap(outcome => outcome.found ?? [])
  const rate = tries > 0 ? wilson(successes, tries) : { lower: 0, upper: 1 }
  const own = { lower: rate.lower - baseline, upper: rate.upper - baseline }
  const { lower: wilsonLower, upper: wilsonUpper } =
    counted && tries > 0 ? difference({ tries, successes }, control) : own
  const held = attack.kind === 'every' ? successes === 0 : wilsonUpper <= attack.threshold
  return {
    attack: `${attack.number} ${attack.name}`,
    tries,
    successes,
    baseline,
    excess: tries > 0 ? successes / tries - baseline : 0,
    wilsonUpper,
    wilsonLower,
    threshold: attack.threshold,
    judged: !attack.beyond,
    passed: tries > 0 && held && found.length === 0,
    note: [...new Set(found)].slice(0, 3).join('; '),
  }
}

/** Adds up tries that are looked at one by one. */
export function counted(): Outcome & { found: string[]; add(success: number | boolean, chance: number): void } {
  const outcome = {
    tries: 0,
    successes: 0,
    expected: 0,
    found: [] as string[],
    add(success: number | boolean, chance: number) {
      outcome.tries += 1
      outcome.successes += Number(success)
      outcome.expected += chance
    },
  }
  return outcome
}
