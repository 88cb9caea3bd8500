/** Sets the demo up once and keeps what its visitors need in the data folder; a set-up that was cut off starts over. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { Registry } from '../core/registry.ts'
import type { DemoRoom } from '../device-sim/demo/plan.ts'
import { systemContext } from '../server/audit/system.ts'
import { createDemoAccounts, type DemoAccount } from './demo-accounts.ts'
import { createDemoFacility, DEMO_FACILITY, type DemoDevice } from './demo-facility.ts'
import { readIfThere, writePrivate } from './secrets.ts'

const READY = 'demo_ready'

export interface Demo {
  accounts: DemoAccount[]
  devices: DemoDevice[]
  /** True when it was made just now. */
  first: boolean
}

export interface DemoDeps {
  dataDir: string
  open: () => Promise<Registry>
  /** The registry's SQLite file; null: a database that is not ours to empty. */
  file: string | null
  plan: readonly DemoRoom[]
  zone: string
  hash: (password: string) => Promise<string>
  nowMs: number
}

/** Opens the registry with the demo in it. */
export async function openDemo(deps: DemoDeps): Promise<{ registry: Registry; demo: Demo }> {
  const accountsFile = join(deps.dataDir, 'demo-accounts.json')
  const devicesFile = join(deps.dataDir, 'demo-devices.json')
  let registry = await deps.open()
  if ((await registry.settings.get(READY)) !== null) {
    const accounts = JSON.parse(readIfThere(accountsFile) ?? '[]') as DemoAccount[]
    const devices = JSON.parse(readIfThere(devicesFile) ?? '[]') as DemoDevice[]
    return { registry, demo: { accounts, devices, first: false } }
  }
  if ((await registry.facilities.get(DEMO_FACILITY)) !== null) {
    // Passwords are known only while they are made, so half a demo cannot be completed.
    await registry.stop()
    const { file } = deps
    if (file === null)
      throw new AppError('demo_incomplete', 'DATABASE_URL holds a demo that was cut off: give an empty database')
    for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true })
    registry = await deps.open()
  }
  const { audit, users } = registry
  const { devices, accounts } = await audit.as(systemContext('demo'), async () => ({
    devices: await createDemoFacility(registry, deps.plan, deps.zone, deps.nowMs),
    accounts: await createDemoAccounts(users, DEMO_FACILITY, deps.hash, deps.nowMs),
  }))
  writePrivate(devicesFile, `${JSON.stringify(devices, null, 1)}\n`)
  writePrivate(accountsFile, `${JSON.stringify(accounts, null, 1)}\n`)
  await registry.settings.set(READY, new Date(deps.nowMs).toISOString())
  return { registry, demo: { accounts, devices, first: true } }
}
