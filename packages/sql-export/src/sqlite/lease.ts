// Who has a database file: a lease file beside it, and what the operating system says of open files.
import { closeSync, openSync, readFileSync, readdirSync, readlinkSync, realpathSync, unlinkSync, writeSync } from 'node:fs'
import { ExportError } from '../vocabulary/errors.ts'

interface Holder {
  readonly pid: number
  /** Start of the process and boot of the machine: a process id alone is used again. */
  readonly startedAt: string
  readonly bootId: string
}

export interface Lease {
  release(): void
}

/** Name of the lease of a database file. */
export function leasePath(path: string): string {
  return `${path}.sql-export-lease`
}

/**
 * Takes the lease of a file. A lease whose holder is gone is taken over.
 * @throws ExportError `ERR_EXPORT_LOCKED` while another run has it.
 */
export function acquireLease(path: string): Lease {
  const file = leasePath(path)
  const self = JSON.stringify(currentHolder())
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const fd = openSync(file, 'wx', 0o600)
      writeSync(fd, self)
      closeSync(fd)
      return { release: () => releaseLease(file, self) }
    } catch (error) {
      if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'EEXIST') throw error
    }
    if (isHeld(file)) break
    unlinkIfThere(file)
  }
  throw new ExportError('ERR_EXPORT_LOCKED', 'another run has this destination', {
    remedy: 'Wait until it has ended.',
    isTemporary: true,
  })
}

function releaseLease(file: string, self: string): void {
  if (readText(file) === self) unlinkIfThere(file)
}

function isHeld(file: string): boolean {
  const text = readText(file)
  if (text === undefined) return false
  let holder: Partial<Holder>
  try {
    holder = JSON.parse(text) as Partial<Holder>
  } catch {
    return false // half written by a process that was killed
  }
  if (typeof holder.pid !== 'number' || holder.bootId !== bootId()) return false
  return isAlive(holder.pid) && processStart(holder.pid) === holder.startedAt
}

/** This process as a part of a file's name. */
export function holderName(): string {
  const { pid, startedAt, bootId: boot } = currentHolder()
  return `${pid}-${startedAt}-${boot.slice(0, 8)}`
}

/** Whether the process that a name begins with, as by `holderName`, is gone. */
export function isHolderGone(name: string): boolean {
  const [pid = '', startedAt = '', boot = ''] = name.split('-')
  if (!/^\d+$/.test(pid) || boot !== bootId().slice(0, 8)) return true
  return !isAlive(Number(pid)) || processStart(Number(pid)) !== startedAt
}

function currentHolder(): Holder {
  return { pid: process.pid, startedAt: processStart(process.pid), bootId: bootId() }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && Reflect.get(error, 'code') === 'EPERM'
  }
}

/** When the process started, in the kernel's ticks; empty where the system does not tell. */
function processStart(pid: number): string {
  const stat = readText(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}

function bootId(): string {
  return readText('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
}

/** Processes, this one included, that have the file open, as far as the system tells. */
export function processesWith(path: string): number[] {
  let pids: string[]
  let target: string
  try {
    target = realpathSync(path)
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return [] // no /proc: nothing can be told
  }
  return pids.filter((pid) => hasOpen(pid, target)).map(Number)
}

function hasOpen(pid: string, target: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`) === target
      } catch {
        return false // closed meanwhile
      }
    })
  } catch {
    return false // gone meanwhile, or another user's
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

function unlinkIfThere(file: string): void {
  try {
    unlinkSync(file)
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'ENOENT') throw error
  }
}
