/** The registry port's part about releases: what went out to a maker, whose data were in it, and what later releases must know of it. Only ever added to. */
import type { Page } from './registry.ts'
import type { RELEASE_PRODUCTS } from './rest/datasets.ts'

export interface ReleaseRecord {
  id: string
  request: string
  maker: string
  /** As the engine computed it. */
  product: (typeof RELEASE_PRODUCTS)[number]
  createdMs: number
  manifestSha256: string
  keyId: string
  publicKey: string
  published: number
  suppressed: number
  /** Files below the release's folder in DATA_DIR. */
  files: { name: string; bytes: number; sha256: string }[]
  /** Null: a release of a facility's aggregates. */
  trial: TrialRelease | null
}
/** Says nothing of any one person: how many had a class stands in the release itself. */
export interface TrialRelease {
  trial: string
  /** Column → level of its hierarchy; null: there are no classes. */
  levels: Record<string, number> | null
  /** Of the rows without pseudonyms, sorted: what a rebuild with another key must give again. */
  contentSha256: string
  /** Of a second build with the same key, before that was destroyed. */
  rebuiltManifestSha256: string
  /** When the key of the pseudonyms was destroyed; null: it is kept. */
  keyDestroyedMs: number | null
  /** Class → how many were in it. */
  classes: Record<string, number>
  /** Series (`profile/metric`) → group → how many were in it. */
  groups: Record<string, Record<string, number>>
}
/** A person in a release. What class and groups say of the person is sealed, and gone once the person's data were erased. */
export interface ReleaseMember {
  resident: string
  /** Null: in none, or erased. */
  class: string | null
  /** Series → group. */
  groups: Record<string, string>
}

export interface ReleaseRepositories {
  releases: {
    /** `members`: those whose data are in it. Throws `consent_withdrawn` (retryable: build anew) when one of them consents no more. */
    create(record: ReleaseRecord, members?: readonly ReleaseMember[]): Promise<void>
    /** What was released with data of a resident in it, oldest first. */
    ofResident(resident: string): Promise<ReleaseRecord[]>
    /** What was released with data of any of them in it, oldest first. */
    ofResidents(residents: readonly string[]): Promise<ReleaseRecord[]>
    /** Oldest first. */
    ofTrial(trial: string): Promise<ReleaseRecord[]>
    /** Of one release, in order of residents. */
    membersOf(release: string): Promise<ReleaseMember[]>
    get(id: string): Promise<ReleaseRecord | null>
    ofRequest(request: string): Promise<ReleaseRecord | null>
    list(query: { makers?: readonly string[] } & Page): Promise<ReleaseRecord[]>
  }
}
