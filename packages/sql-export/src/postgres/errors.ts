// Errors of PostgreSQL, rebuilt without statements and values.
import { CleanedError } from '../vocabulary/cleaned-error.ts'
import type { AsExportError, Guarded } from '../vocabulary/driver-error.ts'
import { exportErrors, guardedBy } from '../vocabulary/driver-error.ts'

const TEXTS: Readonly<Record<string, string>> = {
  '22001': 'a text is too long for its column',
  '22003': 'a number is out of range for its column',
  '22007': 'a date or time cannot be read',
  '22008': 'a date or time is out of range',
  '22021': 'a text holds a character that the encoding lacks',
  '22P02': 'a value cannot be read as the type of its column',
  '22P04': 'a row of COPY does not fit its columns',
  '23502': 'a column that is NOT NULL would be NULL',
  '23503': 'a reference names a row that is not there',
  '23505': 'a key would be there twice',
  '23514': 'a CHECK constraint fails',
  '23P01': 'an EXCLUDE constraint fails',
  '25006': 'the transaction only reads',
  '40001': 'the transaction could not be serialized',
  '40P01': 'a deadlock',
  '42501': 'a right is lacking',
  '42601': 'a syntax error',
  '53100': 'the disk of the server is full',
  '53200': 'the server is out of memory',
  '53300': 'the server has no connection left',
  '55P03': 'a lock was not to be had',
  '57014': 'the statement was cancelled',
  '57P01': 'the server ended the connection',
  '57P03': 'the server is starting up',
}

/** Codes whose message names parts of the schema, and never a value. */
const NAMING = new Set(['42P01', '42703', '42883', '42704', '3F000', '42P07', '3D000', '28000', '28P01', '42710', '0A000'])
const TEMPORARY = /^(40|53|55P03|57P|08)/
const DUPLICATE = '23505'
const CONFLICTS = new Set(['40001', '40P01'])
const VALUE = /^(22|23502|23514)/

function textOf(error: object, name: string): string {
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' ? value : ''
}

/** The SQLSTATE of a driver's error, or the system's code; empty if it has none. */
export function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null ? textOf(error, 'code') : ''
}

/** Rebuilds what a driver threw: SQLSTATE, names of the schema, and a message of our own. */
export function cleanError(error: unknown): CleanedError {
  const code = codeOf(error)
  if (typeof error !== 'object' || error === null) return new CleanedError('PostgreSQL reported an error', code)
  const message = textOf(error, 'message')
  const names = ['table', 'column', 'constraint'].map((name) => [name, textOf(error, name)] as const)
  const where = names.filter(([, value]) => value !== '').map(([name, value]) => `${name} "${value.slice(0, 128)}"`)
  const text = NAMING.has(code) ? message.slice(0, 200) : (TEXTS[code] ?? (isNetwork(code) ? 'the connection failed' : ''))
  const what = text === '' ? 'PostgreSQL reported an error' : text
  return new CleanedError(
    `${what}${where.length === 0 ? '' : ` (${where.join(', ')})`}${code === '' ? '' : ` [${code}]`}`,
    code,
    code === DUPLICATE,
    CONFLICTS.has(code),
  )
}

/** `.name` of the column that a COPY stopped at: the server says so beside the value, which is left alone. */
export function copyColumn(error: unknown, columns: readonly string[]): string {
  const where = typeof error === 'object' && error !== null ? textOf(error, 'where') : ''
  const at = /, line \d+, column /.exec(where)
  const found = at === null ? undefined : columns.find((name) => where.startsWith(`${name}: `, at.index + at[0].length))
  return found === undefined ? '' : `.${found}`
}

/** Which row of a COPY into the table it stopped at, from 0, where the server says so. */
export function copyRow(error: unknown, table: string): number | undefined {
  const where = typeof error === 'object' && error !== null ? textOf(error, 'where') : ''
  const head = `COPY ${table}, line `
  const line = where.startsWith(head) ? /^\d+/.exec(where.slice(head.length)) : null
  return line === null ? undefined : Number(line[0]) - 1
}

function isNetwork(code: string): boolean {
  return /^(E[A-Z]+|08...|57P..)$/.test(code)
}

/** Whether the connection is gone. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : ''
  return isNetwork(code) || /Connection terminated|not queryable|connection is closed|Connection ended/i.test(message)
}

/** Whether a table or column that a statement names is not there. */
export function isGone(error: unknown): boolean {
  return ['42P01', '42703'].includes(codeOf(error))
}

export const asExportError: AsExportError = exportErrors((error) => {
  const cause = cleanError(error)
  return {
    cause,
    isPrivilege: cause.code === '42501',
    isValue: VALUE.test(cause.code),
    isSourceChanged: false,
    isLost: isLost(error),
    isTemporary: TEMPORARY.test(cause.code),
  }
})

export const guarded: Guarded = guardedBy(asExportError)
