/** Keeps a second gateway out of a spool folder: two writers would destroy it. A lock left by a process that is gone does not count. */
import { readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../core/errors.ts'
import { makeFolder } from './spool/files.ts'

/** @returns the way to give it back; throws `spool_in_use` */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await makeFolder(folder)
  const path = join(folder, 'lock')
  const own = `${process.pid} ${await startOf('self')}`
  const holder = await readFile(path, 'utf8').catch(() => '')
  const [pid = '', started = ''] = holder.split(' ')
  if (holder !== own && /^\d+$/.test(pid) && isRunning(Number(pid)) && (await startOf(pid)) === started) {
    throw new AppError('spool_in_use', `the folder ${folder} is in use by process ${pid}`)
  }
  await writeFile(path, own)
  return () => unlink(path)
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** When a process began, in clock ticks since boot: process numbers are used again. Empty where the system does not tell. [proc(5)] */
async function startOf(pid: string): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
