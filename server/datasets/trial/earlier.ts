/** What was released before of the same people, as the next release has to know it. */
import type { Registry } from '../../../core/registry.ts'
import type { ReleaseMember, ReleaseRecord } from '../../../core/registry-releases.ts'
import type { TrialInput } from '../../export/trial/input.ts'

type Earlier = TrialInput['earlier'][number]

/** Stands for the trial of a release that was of none. */
const NO_TRIAL = 'notrial00'

/** @param comparable whether figures of a release of a facility's aggregates could be held against this trial's */
export async function earlierReleasesOf(
  registry: Pick<Registry, 'releases'>,
  residents: readonly string[],
  trial: string,
  comparable: (release: ReleaseRecord) => Promise<boolean>,
): Promise<Earlier[]> {
  const found: Earlier[] = []
  // Also those in which only people were who take part no more: with the others of their classes they make the difference.
  const others = await registry.releases.ofTrial(trial)
  const releases = new Map([...(await registry.releases.ofResidents(residents)), ...others].map(one => [one.id, one]))
  for (const release of releases.values()) {
    if (release.trial === null && !(await comparable(release))) continue
    found.push(earlierOf(release, await registry.releases.membersOf(release.id)))
  }
  return found.toSorted((a, b) => (a.release < b.release ? -1 : 1))
}

/** Of erased persons only the number is known that a class or group lost. */
export function earlierOf(release: ReleaseRecord, members: readonly ReleaseMember[]): Earlier {
  const lost: Earlier['members'] = []
  for (const [name, size] of Object.entries(release.trial?.classes ?? {})) {
    const left = members.filter(member => member.class === name).length
    for (let n = left; n < size; n++) lost.push({ subject: null, class: name, groups: {} })
  }
  for (const [series, groups] of Object.entries(release.trial?.groups ?? {}))
    for (const [name, size] of Object.entries(groups)) {
      const left = members.filter(member => member.groups[series] === name).length
      for (let n = left; n < size; n++) lost.push({ subject: null, class: null, groups: { [series]: name } })
    }
  return {
    release: release.id,
    trial: release.trial?.trial ?? NO_TRIAL,
    product: release.product,
    levels: release.trial?.levels ?? null,
    members: [
      ...members.map(({ resident, class: inClass, groups }) => ({ subject: resident, class: inClass, groups })),
      ...lost,
    ],
  }
}
