/** The process that holds the spool, on a disk that can be cut off: started, killed, cut, asked; started again when it ends by itself. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { GatewayTotals } from '../../gateway/heartbeat.ts'
import { readAside } from './aside-files.ts'
import type { Bundle } from './bundle.ts'
import type { DiskOrder } from './disk-orders.ts'
import { takeWhole } from './disk-state.ts'
import { type CutReport, cutPower, type Luck } from './power-cut.ts'
import type { ProcessConfig } from './process-config.ts'
import type { Random } from './random.ts'
import { createSupervised, type Supervised } from './supervised.ts'

export interface TorturedGateway {
  process: Supervised
  /** From now on a process that ends by itself is started again. */
  start(): void
  ready(): boolean
  /** For a fault that lets it end: it stays down until `start`. */
  mayEnd(): void
  /** Kills it if it runs, and drops from its folder what was not synced. */
  cutPower(luck: Luck, random: Random): Promise<CutReport>
  order(order: DiskOrder): void
  /** Files whose operations were let fail, as the process says, oldest first. */
  failures: readonly string[]
  totals(): Promise<GatewayTotals>
  aside(): ReturnType<typeof readAside>
  /** Why it ended when nobody had asked for it. */
  surprises: string[]
  stop(): Promise<void>
}

const AGAIN_MS = 200

export function createTorturedGateway(deps: { bundle: Bundle; dir: string; config: ProcessConfig }): TorturedGateway {
  const { bundle, config } = deps
  const { spoolDir } = config
  const image = join(deps.dir, 'image')
  mkdirSync(spoolDir, { recursive: true })
  takeWhole(spoolDir, image)
  // For the one who looks into what went wrong.
  writeFileSync(join(deps.dir, 'config.json'), JSON.stringify(config))
  const surprises: string[] = []
  let ready = false
  let wanted = false
  const failures: string[] = []
  const child = createSupervised({
    args: ['--enable-source-maps', '--import', pathToFileURL(bundle.file('disk')).href, bundle.file(config.kind)],
    env: {
      FAULT_CONFIG: JSON.stringify(config),
      FAULT_DISK: spoolDir,
      FAULT_IMAGE: image,
      FAULT_LYING: config.sabotage === 'lying' ? 'yes' : '',
    },
    logFile: join(deps.dir, 'gateway.log'),
  })
  child.onNotice(notice => {
    if (notice.ready === true) ready = true
    if (notice.disk === 'failed') failures.push(String(notice.path))
  })
  child.onSurprise(why => {
    ready = false
    if (!wanted) return
    surprises.push(why)
    setTimeout(() => wanted && launch(), AGAIN_MS)
  })

  return {
    process: child,
    start() {
      wanted = true
      launch()
    },
    ready: () => ready && child.running(),
    mayEnd() {
      wanted = false
    },
    async cutPower(luck, random) {
      wanted = false
      // Another fault of the same moment may have started it again meanwhile; nothing may run while its disk is changed.
      do await child.kill()
      while (child.running())
      wanted = false
      return cutPower(spoolDir, image, luck, random)
    },
    order: order => child.tell(order),
    failures,
    totals: async () => {
      if (!ready) throw new Error('the gateway is not ready')
      return child.ask<GatewayTotals>({ ask: 'totals' })
    },
    aside: () => readAside(join(spoolDir, 'aside')),
    surprises,
    async stop() {
      wanted = false
      const asked = await child.ask({ ask: 'stop' }, 5_000).catch(() => null)
      const timer = setTimeout(() => void child.kill(), asked === null ? 0 : 20_000)
      await child.ended()
      clearTimeout(timer)
    },
  }

  function launch(): void {
    ready = false
    child.start()
  }
}
