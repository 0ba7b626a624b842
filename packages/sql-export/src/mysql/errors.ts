// Errors of MySQL and MariaDB, rebuilt without statements and values. Numbers decide: names of codes are not always right.
import { CleanedError } from '../vocabulary/cleaned-error.ts'
import type { AsExportError, Guarded } from '../vocabulary/driver-error.ts'
import { exportErrors, guardedBy } from '../vocabulary/driver-error.ts'

const TEXTS: Readonly<Record<number, string>> = {
  1021: 'the disk of the server is full',
  1040: 'the server has no connection left',
  1044: 'a right on the database is lacking',
  1045: 'the user was refused',
  1048: 'a column that is NOT NULL would be NULL',
  1054: 'a column is not there',
  1062: 'a key would be there twice',
  1064: 'a syntax error',
  1114: 'a table is full',
  1142: 'a right on a table is lacking',
  1143: 'a right on a column is lacking',
  1146: 'a table is not there',
  1153: 'a statement is larger than max_allowed_packet',
  1261: 'a row has fewer values than columns',
  1262: 'a row has more values than columns',
  1263: 'a column that is NOT NULL would be NULL',
  1205: 'a lock was not to be had in time',
  1213: 'a deadlock',
  1227: 'a right is lacking',
  1264: 'a number is out of range for its column',
  1265: 'a value does not fit its column',
  1292: 'a date, a time or a uuid does not fit its column',
  1317: 'the statement was cancelled',
  1366: 'a text does not fit its column',
  1406: 'a text is too long for its column',
  1412: 'a table was altered during the snapshot',
  1452: 'a reference names a row that is not there',
  1792: 'the transaction only reads',
  3140: 'a text is no JSON',
  3819: 'a CHECK constraint fails',
  4025: 'a CHECK constraint fails',
  4035: 'a text is no JSON',
  4037: 'a text is no JSON',
  4038: 'a text is no JSON',
}
const VALUE = new Set([1048, 1263, 1264, 1265, 1292, 1366, 1406, 3140, 3819, 4025, 4035, 4037, 4038])
const PRIVILEGE = new Set([1044, 1142, 1143, 1227])
export const DUPLICATE_KEY = 1062
export const DEADLOCK = 1213
const TABLE_CHANGED = 1412
const TEMPORARY = new Set([1040, 1205, DEADLOCK])

export const isValueNumber = (errno: number): boolean => VALUE.has(errno)
export const isPrivilegeNumber = (errno: number): boolean => PRIVILEGE.has(errno)

/** What a number of the server means. */
export function textOfNumber(errno: number): string {
  return TEXTS[errno] ?? 'the server reported an error'
}

/** Which row of a statement a message of the server is about, from 0, where it says so. */
export function rowOfMessage(message: string): number | undefined {
  const found = / at row (\d+)$/.exec(message)
  return found === null ? undefined : Number(found[1]) - 1
}

export function errnoOf(error: unknown): number {
  const errno: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'errno') : undefined
  return typeof errno === 'number' ? errno : 0
}

/** The system's code, such as ECONNREFUSED, or the driver's. */
export function codeOf(error: unknown): string {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' ? code : ''
}

/** Whether the connection is gone. */
export function isLost(error: unknown): boolean {
  return /^(E(CONN|PIPE|TIMEDOUT|HOST|NET|AI_|NOTFOUND)|PROTOCOL_)/.test(codeOf(error)) || /closed state/.test(String(error))
}

/** Rebuilds what the driver threw: its number, and a message of our own. */
export function cleanError(error: unknown): CleanedError {
  const errno = errnoOf(error)
  const text = TEXTS[errno] === undefined && isLost(error) ? 'the connection failed' : textOfNumber(errno)
  const code = errno > 0 ? String(errno) : codeOf(error)
  return new CleanedError(`${text}${code === '' ? '' : ` [${code}]`}`, code, errno === DUPLICATE_KEY, errno === DEADLOCK)
}

/** Whether a table or column that a statement names is not there. */
export function isGone(error: unknown): boolean {
  return [1054, 1146].includes(errnoOf(error))
}

export const asExportError: AsExportError = exportErrors((error) => {
  const errno = errnoOf(error)
  return {
    cause: cleanError(error),
    isPrivilege: PRIVILEGE.has(errno),
    isValue: VALUE.has(errno),
    isSourceChanged: errno === TABLE_CHANGED,
    isLost: isLost(error),
    isTemporary: TEMPORARY.has(errno),
  }
})

export const guarded: Guarded = guardedBy(asExportError)
