/** The server: puts sign-in, routes, live boards, registry topic and dataset builds together on one port. */
import { fileURLToPath } from 'node:url'
import type { FacilityId } from '../core/ids.ts'
import { serverFilters } from '../core/topics.ts'
import packageJson from '../package.json' with { type: 'json' }
import { createBesideFile } from './audit/beside-file.ts'
import { originOf, startCheckpoints } from './audit/checkpoints.ts'
import { noteSigner } from './audit/note.ts'
import { createRequestAudit } from './audit/requests.ts'
import { systemContext } from './audit/system.ts'
import { createAuthority } from './auth/authority.ts'
import { createInvitations } from './auth/invitations.ts'
import { createKnownBrowsers } from './auth/known-browsers.ts'
import { createPasswords } from './auth/password.ts'
import { createSessions } from './auth/sessions.ts'
import { createSignIn } from './auth/sign-in.ts'
import { createThrottle } from './auth/throttle.ts'
import { createTokens } from './auth/tokens.ts'
import { takeCharge, unmanaged } from './broker/accounts.ts'
import { createEmbeddedAccounts } from './broker/device-accounts.ts'
import { createEnrolment } from './broker/enrolment.ts'
import { createRegistryPublisher } from './broker/registry-topic.ts'
import { startCleaning } from './cleaning.ts'
import { buildDataset } from './datasets/build.ts'
import { createDatasets } from './datasets/datasets.ts'
import { createLinks } from './datasets/links.ts'
import { createBuildQueue } from './datasets/queue.ts'
import { startFirmwareNotes } from './devices/firmware-notes.ts'
import { readSigningKey } from './export/sign/key-file.ts'
import { createGatewayQueries } from './gateway-queries.ts'
import { createApp } from './http/app.ts'
import { createHandlers } from './http/handlers/handlers.ts'
import { createIdempotency } from './http/idempotency.ts'
import { listen } from './http/listener.ts'
import { createRateLimit } from './http/rate-limit.ts'
import { isOwnPage } from './http/same-site.ts'
import { createLedgerReads } from './ledger/reads.ts'
import { createBoards } from './live/boards.ts'
import { createConditionFeed } from './live/condition-feed.ts'
import { createFeed } from './live/feed.ts'
import { createSockets } from './live/sockets.ts'
import { startTicks } from './live/ticks.ts'
import { errorFields } from './log.ts'
import { createMetrics } from './metrics.ts'
import { connectBus, portOf } from './mqtt.ts'
import { createReadiness } from './readiness.ts'
import { createRetention } from './retention/retention.ts'
import type { MimamoriServer, RunningServer, ServerOptions } from './settings.ts'

export function createServer(options: ServerOptions): MimamoriServer {
  const ends: (() => Promise<void> | void)[] = []
  const stop = async (): Promise<void> => {
    for (let end = ends.pop(); end; end = ends.pop()) await end()
  }
  return {
    stop,
    async start() {
      try {
        return await begin(options, ends)
      } catch (error) {
        await stop()
        throw error
      }
    },
  }
}

/** Starts the parts in order; each adds to `ends` how it is ended, and they are ended in the opposite order. */
async function begin(options: ServerOptions, ends: (() => Promise<void> | void)[]): Promise<RunningServer> {
  const { registry, source, config, log, clock = Date.now } = options
  const { publicUrl, dataDir } = config
  const secure = config.tls !== null || publicUrl?.startsWith('https:') === true

  const metrics = createMetrics()
  ends.push(metrics.stop)
  const { audit: trail } = registry
  await trail.as(systemContext('server'), () =>
    trail.record([{ action: 'server.start', subject: { kind: 'server', id: packageJson.version } }]),
  )
  const key = await readSigningKey(config.signingKeyFile)
  const checkpoints = await startCheckpoints({
    trail,
    signer: noteSigner(originOf((await trail.head()).log), key.privateKey),
    beside: createBesideFile(dataDir),
    clock,
    log,
  })
  ends.push(checkpoints.stop)
  const bus = await connectBus(config.broker, log)
  ends.push(bus.stop)
  const accounts = config.manageBroker
    ? await takeCharge({ bus, registry, clock, log })
    : unmanaged(createEmbeddedAccounts(options.embedded?.disconnect ?? (() => undefined)))
  ends.push(accounts.stop)
  const enrolment = createEnrolment({ registry, accounts: accounts.devices, clock, log })
  enrolment.start()
  ends.push(enrolment.stop)
  const publisher = createRegistryPublisher({ registry, publish: bus.publish, clock, log })
  bus.onReconnect(publisher.publishAgain)
  await publisher.start()
  ends.push(publisher.stop)

  const authority = options.authority ?? createAuthority()
  const requestAudit = createRequestAudit({ trail, registry, clock })
  const tokens = createTokens({ registry, clock })
  const sessions = createSessions({ registry, tokens, clock, secure })
  const signIn = createSignIn({
    sessions,
    throttle: createThrottle(clock),
    browsers: createKnownBrowsers({ secret: config.sessionSecret, secure }),
    metrics,
  })
  const feed = createFeed({ clock, metrics })
  const firmware = startFirmwareNotes({
    registry,
    feed,
    asSystem: work => trail.as(systemContext('firmware'), work),
    log,
  })
  ends.push(firmware.stop)
  const conditions = createConditionFeed({ publish: bus.publish, metrics, log })
  ends.push(conditions.stop)
  const queries = await createGatewayQueries({ bus })
  ends.push(queries.stop)
  const boards = createBoards({ registry, source, feed, conditions, clock, log })
  const http = await listen(config.httpPort, config.tls)
  const sockets = createSockets({
    http: http.server,
    sessions,
    authority,
    accessRevision: registry.sessions.accessRevision,
    sameSite: request => isOwnPage(request, publicUrl),
    onWatch: requestAudit.watched,
    log,
    metrics,
  })
  ends.push(http.stop)
  ends.push(sockets.stop)

  const queue = createBuildQueue({
    registry,
    build: (request, progress, signal) =>
      buildDataset(
        request,
        {
          registry,
          source,
          dataDir,
          signingKeyFile: config.signingKeyFile,
          codeVersion: packageJson.version,
          demonstration: config.demonstration ?? false,
          clock,
        },
        progress,
        signal,
      ),
    tell: sockets.job,
    asSystem: work => trail.as(systemContext('datasets'), work),
    clock,
    log,
    metrics,
  })
  ends.push(queue.stop)
  const links = createLinks({ secret: config.sessionSecret, publicUrl, clock })
  const datasets = createDatasets({ registry, queue, links, codeVersion: packageJson.version, clock })

  const retention = createRetention({
    registry,
    source,
    queries,
    asSystem: work => trail.as(systemContext('retention'), work),
    clock,
    log,
  })
  retention.start()
  ends.push(retention.stop)
  const cleaning = startCleaning({ registry, clock, log })
  ends.push(cleaning.stop)

  const handlers = createHandlers({
    registry,
    source,
    sessions,
    boards,
    feed,
    ledger: createLedgerReads({ queries, clock }),
    datasets,
    retention,
    checkpoints,
    metrics,
    log,
    clock,
    dataDir,
    passwords: createPasswords(),
    signIn,
    tokens,
    invitations: createInvitations({ registry, publicUrl, clock }),
    enrolment,
    accounts: accounts.devices,
    broker: config.mqttsPort ? { port: config.mqttsPort, tls: true } : portOf(config.broker.url),
    knocking: options.embedded?.knocking ?? null,
    openFacility: async facility => {
      await accounts
        .ensureFacility(facility)
        .catch((error: unknown) =>
          log.warn({ facility, ...errorFields(error) }, 'the broker has no role for a new facility yet'),
        )
    },
    announce: async (facility: FacilityId) => {
      // The publisher tries again by itself; what the registry holds is not undone because a gateway hears of it later.
      const published = publisher.publishNow(facility).catch(() => undefined)
      const version = await boards.refresh(facility)
      if (version !== null) sockets.layout(facility, version)
      await published
    },
  })
  http.serve(
    createApp({
      handlers,
      sessions,
      authority,
      audit: requestAudit,
      unready: createReadiness({ registry, source, bus, clock }),
      warnings: () => config.tls?.warnings() ?? [],
      metrics,
      log,
      rateLimit: createRateLimit(clock, config.rateLimits),
      idempotency: createIdempotency({ registry, secret: config.sessionSecret, clock }),
      publicUrl,
      secure,
      dashboardDir: config.dashboardDir ?? fileURLToPath(new URL('../dashboard/dist', import.meta.url)),
      checkResponses: config.checkResponses ?? false,
    }),
  )

  ends.push(startTicks({ feed, conditions, boards, sockets, metrics, log }))
  const filters = serverFilters()
  await bus.subscribe(
    filters,
    1,
    topic => topic.startsWith('mimamori/'),
    message => {
      feed.take(message)
      conditions.take(message)
    },
  )
  metrics.watch({
    sockets: sockets.count,
    broker: bus.connected,
    feedAgesMs: () => [...feed.facilities()].map(facility => [facility, feed.ageMs(facility) ?? 0] as const),
  })
  await queue.start()
  return { port: http.port, url: publicUrl ?? `${config.tls ? 'https' : 'http'}://localhost:${http.port}` }
}
