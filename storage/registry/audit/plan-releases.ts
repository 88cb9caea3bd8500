/** What the repository of releases leaves in the audit trail: the release with its hashes, and the destruction of its key. */
import type { Json } from '../../../core/audit/canonical.ts'
import type { ReleaseRecord } from '../../../core/registry-releases.ts'
import { type AuditPlan, time } from './plan-step.ts'

export const releasesPlan: Pick<AuditPlan, 'releases'> = {
  releases: {
    create: {
      tell: ({ args: [release] }) => {
        const subject = { kind: 'release', id: release.id }
        const destroyedMs = release.trial?.keyDestroyedMs ?? null
        return [
          { action: 'release.create', subject, new: released(release) },
          ...(destroyedMs === null
            ? []
            : [{ action: 'release.key_destroyed', subject, new: { destroyed: time(destroyedMs) } }]),
        ]
      },
    },
    get: 'read',
    ofRequest: 'read',
    ofResident: 'read',
    ofResidents: 'read',
    ofTrial: 'read',
    membersOf: 'read',
    list: 'read',
  },
}

/** Sizes of classes stand in the release itself. */
const released = ({ trial, ...release }: ReleaseRecord): Json => ({
  request: release.request,
  maker: release.maker,
  product: release.product,
  manifest_sha256: release.manifestSha256,
  key_id: release.keyId,
  published: release.published,
  suppressed: release.suppressed,
  ...(trial && {
    trial: trial.trial,
    levels: trial.levels,
    content_sha256: trial.contentSha256,
    rebuilt_manifest_sha256: trial.rebuiltManifestSha256,
  }),
})
