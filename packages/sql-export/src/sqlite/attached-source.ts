// The source's file beside the destination's, on one connection: rows go from one to the other without leaving SQLite.
import { realpathSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Row } from '../vocabulary/cell.ts'
import type { SqliteConnection } from './connection.ts'
import { queryAll } from './connection.ts'
import { quoteName } from './sql.ts'

/** Name of the attached file. */
const SCHEMA = '~source'
const PROBE = 'loopwright_probe'

/** Whether SQL can call back, and hand over every value as it is. */
export function canAttach(connection: SqliteConnection): boolean {
  if (connection.define === undefined || connection.quirks.rowsAreObjects) return false
  connection.define(PROBE, (cell) => cell ?? null)
  const [row = []] = queryAll(
    connection,
    `SELECT ${PROBE}('a' || char(0) || 'b'), ${PROBE}(x''), ${PROBE}(9007199254740993), typeof(${PROBE}(1.0)) || typeof(${PROBE}(1)) || typeof(${PROBE}(NULL))`,
  )
  const [text, bytes, integer, classes] = row
  return (
    text === 'a\0b' &&
    bytes instanceof Uint8Array &&
    bytes.length === 0 &&
    integer === 9007199254740993n &&
    classes === 'realintegernull'
  )
}

/**
 * Attaches a file so that it can be read only.
 * @returns the name of its schema, or `undefined` if the driver cannot do that: one that takes no URI would open the file for writing.
 */
export function attachSource(connection: SqliteConnection, path: string): string | undefined {
  if (!canAttach(connection)) return undefined
  const url = `${pathToFileURL(path).href}?mode=ro`
  try {
    connection.exec(`ATTACH '${url.replaceAll("'", "''")}' AS ${quoteName(SCHEMA)}`)
  } catch {
    return undefined // no URIs, or another encoding of texts: rows go the long way, which tells what is wrong
  }
  if (isAttached(connection, path)) return SCHEMA
  detachSource(connection)
  return undefined
}

export function detachSource(connection: SqliteConnection): void {
  connection.exec(`DETACH ${quoteName(SCHEMA)}`)
}

/** Whether the driver took the URL for one, and not for the name of a file that it would open for writing. */
function isAttached(connection: SqliteConnection, path: string): boolean {
  const found = queryAll(connection, 'PRAGMA database_list').find(([, name]: Row) => name === SCHEMA)
  return found !== undefined && found[2] === realpathSync(path)
}
