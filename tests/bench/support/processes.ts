/** What a process and its children have used: CPU, memory, connections; read from /proc. [proc(5)] */
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'

/** Of `utime` and `stime`. */
const TICKS_PER_S = 100
const ESTABLISHED = '01'

/** User and system time in seconds, with children, living or waited for. */
export const cpuSeconds = (pid: number): number =>
  family(pid).reduce((sum, member) => {
    const [utime, stime, cutime, cstime] = fields(member).slice(11, 15).map(Number)
    return sum + ((utime ?? 0) + (stime ?? 0) + (cutime ?? 0) + (cstime ?? 0)) / TICKS_PER_S
  }, 0)

export const rssMb = (pid: number): number => statusMb(pid, 'VmRSS')
/** The highest since the start, or since `resetPeak`. */
export const peakRssMb = (pid: number): number => statusMb(pid, 'VmHWM')
export const resetPeak = (pid: number): void => writeFileSync(`/proc/${pid}/clear_refs`, '5')

/** Whether the process has a TCP connection to this port on 127.0.0.1; the kernel makes one even while the server is frozen. */
export function isConnectedTo(pid: number, port: number): boolean {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const inodes = new Set(
    ['tcp', 'tcp6']
      .flatMap(table => readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1))
      .map(line => line.trim().split(/\s+/))
      .filter(columns => columns[2]?.endsWith(remote) && columns[3] === ESTABLISHED)
      .map(columns => `socket:[${columns[9]}]`),
  )
  return readdirSync(`/proc/${pid}/fd`).some(fd => inodes.has(linkOf(`/proc/${pid}/fd/${fd}`)))
}

function family(pid: number): number[] {
  const members = [pid]
  const parents = new Map(
    readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(name => [Number(name), Number(fields(Number(name))[1])]),
  )
  for (const member of members) {
    for (const [child, parent] of parents) if (parent === member) members.push(child)
  }
  return members
}

/** Of /proc/pid/stat behind the name, which may hold spaces; none when the process has ended meanwhile. */
function fields(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  } catch {
    return []
  }
}

function statusMb(pid: number, name: string): number {
  const kb = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round((Number(kb) * 1_024) / 1e6)
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
