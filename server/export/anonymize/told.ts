/** What a class tells of its members: outcomes where both answers have k, else blocks of at least k with the same events. */
import { ANY, SENSITIVE } from '../trial/layout.ts'
import type { TrialPolicy } from '../trial/policy.ts'
import { blockOf, commonTypes } from './blocks.ts'
import { type EventHistory, only, type ToldEvent, toldOf } from './events.ts'
import { isSensitive, OUTCOME_TYPES, outcomesOf, toldOutcomes } from './outcomes.ts'

/** At least k people of one class whose rows in all files are alike but for the pseudonym. */
export interface Cell {
  members: number[]
  /** In the order of SENSITIVE. */
  outcomes: string[]
  told: ToldEvent[]
}

/** Histories in two parts: everyday events, and whether there were outcomes. */
export function partsOf(histories: readonly EventHistory[]) {
  return {
    all: histories,
    everyday: histories.map(history => only(history, type => !isSensitive(type))),
    outcomes: outcomesOf(histories),
  }
}
export type HistoryParts = ReturnType<typeof partsOf>

/**
 * @param members of the class, at least k
 * @param told types that cells of other classes tell already; this class's are added
 * @param withOutcomes false: outcomes are not told; a class that tells them stays in one block, and smaller blocks tell more everyday events
 */
export function tellClass(
  members: readonly number[],
  parts: HistoryParts,
  policy: TrialPolicy,
  told: Set<string>,
  withOutcomes: boolean,
): Cell[] {
  const { k } = policy
  const cells: Cell[] = []
  let left = [...members]
  const take = (block: number[]): void => {
    const taken = new Set(block)
    left = left.filter(i => !taken.has(i))
    for (const type of commonTypes(block, parts.everyday)) told.add(type)
    cells.push(...cellsOf(block, parts, policy, withOutcomes))
  }
  if (withOutcomes && outcomeRows(left, parts, policy)[0]!.some(value => value !== ANY)) take(left)
  while (left.length >= 2 * k) take(blockOf(left, parts.everyday, k, told))
  if (left.length > 0) take(left)
  return cells
}

const outcomeRows = (
  members: readonly number[],
  { outcomes }: HistoryParts,
  { k, sensitive }: TrialPolicy,
): string[][] =>
  toldOutcomes(
    members,
    SENSITIVE.map(name => outcomes[name]),
    k,
    sensitive.alpha,
  )

/** A block cut by what is told of outcomes; everyday events are those of the whole block, so that they tell nothing of outcomes. */
function cellsOf(block: number[], parts: HistoryParts, policy: TrialPolicy, withOutcomes: boolean): Cell[] {
  const { all, everyday } = parts
  const common = toldOf(block.map(i => everyday[i]!))
  const rows = withOutcomes ? outcomeRows(block, parts, policy) : block.map(() => SENSITIVE.map(() => ANY))
  const cells = new Map<string, Cell>()
  for (const [at, i] of block.entries()) {
    const key = rows[at]!.join(' ')
    const cell = cells.get(key) ?? { members: [], outcomes: rows[at]!, told: [] }
    cell.members.push(i)
    cells.set(key, cell)
  }
  for (const cell of cells.values()) {
    const said = SENSITIVE.filter((_, i) => cell.outcomes[i] === 'yes')
    const own = said.flatMap(name => toldOf(cell.members.map(i => only(all[i]!, OUTCOME_TYPES[name]))))
    cell.told = [...common, ...own]
  }
  return [...cells.values()]
}
