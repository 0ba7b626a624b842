// One writer a file: a lock file that names its process.
import { closeSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { LogError } from '../errors.ts'

/** Takes the lock. @returns a function that gives it back. @throws LogError `ERR_AUDIT_LOCKED`. */
export function lockFile(path: string): () => void {
  const lock = `${path}.lock`
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const fd = openSync(lock, 'wx', 0o640)
      sign(fd, lock)
      return () => unlinkSync(lock)
    } catch (error) {
      if (Reflect.get(error as object, 'code') !== 'EEXIST') throw error
      removeStale(lock)
    }
  }
  throw new LogError('ERR_AUDIT_LOCKED', `another writer has the audit file: ${lock} exists`)
}

/** A lock without an owner would stay for good: where the disk does not take the name, the lock is taken away. */
function sign(fd: number, lock: string): void {
  try {
    writeSync(fd, owner())
  } catch (error) {
    unlinkSync(lock)
    throw error
  } finally {
    closeSync(fd)
  }
}

/** The time tells this process from an earlier one that had the same id, as the first process of a container always has. */
function owner(): string {
  return `${process.pid} ${Math.round(performance.timeOrigin)}\n`
}

function removeStale(lock: string): void {
  const text = readOwner(lock)
  if (text === undefined) return
  if (!isStale(text))
    throw new LogError(
      'ERR_AUDIT_LOCKED',
      `another writer (process ${Number.parseInt(text, 10)}) has the audit file: ${lock} exists`,
    )
  const aside = `${lock}.${process.pid}`
  try {
    renameSync(lock, aside)
  } catch {
    return // another process was faster
  }
  const moved = readOwner(aside)
  if (moved !== undefined && !isStale(moved)) {
    renameSync(aside, lock)
    throw new LogError('ERR_AUDIT_LOCKED', `another writer has the audit file: ${lock} exists`)
  }
  unlinkSync(aside)
}

function readOwner(lock: string): string | undefined {
  try {
    return readFileSync(lock, 'utf8')
  } catch {
    return undefined
  }
}

function isStale(text: string): boolean {
  const [pid, origin] = text.trim().split(' ').map(Number)
  if (pid === undefined || !Number.isInteger(pid) || pid < 1) return text.endsWith('\n')
  if (pid === process.pid) return text !== owner() && origin !== undefined
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return Reflect.get(error as object, 'code') === 'ESRCH'
  }
}
