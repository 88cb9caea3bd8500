/** What the handlers of routes are given. */
import type { FacilityId } from '../../../core/ids.ts'
import type { TelemetrySource } from '../../../core/ports.ts'
import type { Registry } from '../../../core/registry.ts'
import type { Checkpoints } from '../../audit/checkpoints.ts'
import type { Invitations } from '../../auth/invitations.ts'
import type { Passwords } from '../../auth/password.ts'
import type { Sessions } from '../../auth/sessions.ts'
import type { SignIn } from '../../auth/sign-in.ts'
import type { Tokens } from '../../auth/tokens.ts'
import type { DeviceAccounts } from '../../broker/device-accounts.ts'
import type { Enrolment } from '../../broker/enrolment.ts'
import type { Knocking } from '../../broker/knocking.ts'
import type { Datasets } from '../../datasets/datasets.ts'
import type { LedgerReads } from '../../ledger/reads.ts'
import type { Boards } from '../../live/boards.ts'
import type { Feed } from '../../live/feed.ts'
import type { Log } from '../../log.ts'
import type { Metrics } from '../../metrics.ts'
import type { Retention } from '../../retention/retention.ts'

export interface HandlerDeps {
  registry: Registry
  enrolment: Enrolment
  /** Where devices connect, but for the host. */
  broker: { port: number; tls: boolean }
  /** Null: the broker does not tell who knocks. */
  knocking: Knocking | null
  accounts: Pick<DeviceAccounts, 'sight'>
  source: TelemetrySource
  sessions: Sessions
  passwords: Passwords
  signIn: SignIn
  invitations: Invitations
  tokens: Tokens
  boards: Boards
  feed: Feed
  ledger: LedgerReads
  datasets: Datasets
  retention: Retention
  checkpoints: Checkpoints
  metrics: Metrics
  log: Log
  clock: () => number
  dataDir: string
  /** Prepares the broker for a new facility; what fails is made up for later. */
  openFacility: (facility: FacilityId) => Promise<void>
  /** Tells gateways and boards that a facility's registry changed; returns when it is on its way. */
  announce: (facility: FacilityId) => Promise<void>
}
