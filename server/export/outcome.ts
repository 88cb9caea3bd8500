/** What a build says while it runs and when it ends. */
import type { ReleaseMember, ReleaseRecord, TrialRelease } from '../../core/registry-releases.ts'
import type { DatasetJob } from '../../core/rest/datasets.ts'

/** In the job's folder; appears in one step, when everything in it is checked and signed. */
export const RELEASE_FOLDER = 'release'

export interface ExportProgress {
  /** `aggregate`, `package`, `gate`, `sign`, `done`. */
  step: DatasetJob['step']
  /** 0–1 within the build. */
  fraction: number
  /** Readings in the extract, once known. */
  readings: number | null
}

export interface ExportResult {
  product: ReleaseRecord['product']
  /** Cells in the tables: metric × hour of day. */
  published: number
  suppressed: number
  /** Files in the release folder, for download. */
  files: { name: string; bytes: number; sha256: string }[]
  manifestSha256: string
  /** As minisign prints it: 16 hex digits, upper case. */
  keyId: string
  /** One line of base64, for `minisign -P` and `npm run verify -- --key`. */
  publicKey: string
  /** Null: not of a trial. */
  trial: TrialResult | null
}

export interface TrialResult
  extends Pick<TrialRelease, 'levels' | 'contentSha256' | 'rebuiltManifestSha256' | 'keyDestroyedMs'> {
  /** Whose data are in it, with class and groups. */
  members: ReleaseMember[]
}

export interface ExportFailure {
  code: string
  message: string
  retryable: boolean
}

export type ExportMessage =
  | { type: 'progress'; progress: ExportProgress }
  | { type: 'done'; result: ExportResult }
  | { type: 'failed'; failure: ExportFailure }
