/** The table of a red-team campaign: every attack with its numbers, and what the packages are still worth. */
import { trialPolicy } from '../../../server/export/trial/policy.ts'
import type { Report } from '../support/report.ts'
import { type Verdict, verdictOf } from './attack.ts'
import { attacks } from './attacks.ts'
import type { Round } from './campaign.ts'
import { belowFloor, type Share, type Utility } from './utility.ts'

const verdictsOf = (rounds: readonly Round[]): Verdict[] =>
  attacks.map((attack, i) =>
    verdictOf(
      attack,
      rounds.flatMap(({ outcomes }) => outcomes[i] ?? []),
    ),
  )

/** All packages together withstand, and each of them is worth enough. */
export const holds = (rounds: readonly Round[]): boolean =>
  rounds.length > 0 &&
  verdictsOf(rounds).every(({ judged, passed }) => passed || !judged) &&
  rounds.every(({ product, utility }) => product === 'P1' && belowFloor(utility, trialPolicy).length === 0)

const percent = (value: number): string => `${(value * 100).toFixed(1)} %`
const count = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(1))
const part = ({ kept, of }: Share): string => `${percent(of === 0 ? 0 : kept / of)} (${kept} of ${of})`

export function campaignReport(
  rounds: readonly Round[],
  sizes: Readonly<Record<string, number>>,
  args: readonly string[],
): Report {
  const verdicts = verdictsOf(rounds)
  const failed = verdicts.filter(({ judged, passed }) => judged && !passed).length
  return {
    title: 'Red team on anonymous packages of simulated trials',
    command: `npm run bench -- redteam${args.length > 0 ? ` ${args.join(' ')}` : ''}`,
    method: [
      `${rounds.length} simulated trials (${Object.entries(sizes)
        .map(([name, size]) => `${name} ${size}`)
        .join(
          ', ',
        )}), each released, released again under another key, and asked for once more after a withdrawal. Attacks read the written files, and know the raw data with identities.`,
      'Excess is the rate of success less what succeeds without the package (chance, a prior, or the same guesses about people who were held out), or less one in twelve where rows or members must not be told apart. The bound is the upper end of its 95 % interval (Wilson; Newcombe where people held out were counted). Attacks whose threshold is “none” look at every case.',
      'A guess among rows or members that cannot be told apart counts as its probability of being right.',
      'Which seeds these are, and which ones the engine and the attacks were built on: `tests/bench/redteam/seeds.ts`. Each attack is shown to succeed on a package that is bad on purpose: `tests/bench/redteam/redteam.test.ts`.',
      'Attacks “not judged” are beyond what a package promises, and told all the same: docs/decisions/0116.',
      failed === 0
        ? 'All attacks stay within their thresholds.'
        : `${failed} attacks do not stay within their thresholds.`,
    ],
    tables: [
      {
        title: 'Attacks',
        columns: [
          'attack',
          'tries',
          'successes',
          'without the package',
          'excess',
          'upper bound',
          'threshold',
          'holds',
          'note',
        ],
        rows: verdicts.map((verdict, i) => [
          verdict.attack,
          verdict.tries,
          count(verdict.successes),
          percent(verdict.baseline),
          percent(verdict.excess),
          percent(verdict.wilsonUpper),
          attacks[i]?.kind === 'every' ? 'none' : percent(verdict.threshold),
          verdict.judged ? (verdict.passed ? 'yes' : 'NO') : verdict.passed ? 'yes, not judged' : 'no, not judged',
          verdict.note,
        ]),
      },
      {
        title: 'What is kept',
        columns: [
          'trial',
          'product',
          'subjects',
          'series bins',
          'hours of persons',
          'of these by the hour',
          'event types',
          'below the floor',
        ],
        rows: rounds.map(({ seed, product, utility }) => [
          seed,
          product,
          ...(['subjects', 'bins', 'personHours', 'byTheHour', 'eventTypes'] satisfies (keyof Utility)[]).map(name =>
            part(utility[name]),
          ),
          belowFloor(utility, trialPolicy).join('; '),
        ]),
      },
    ],
    data: { sizes, verdicts, rounds },
  }
}
