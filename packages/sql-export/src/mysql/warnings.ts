// What a statement of MySQL warned of: a value that was changed to fit, or a row that was left out.
import { ExportError } from '../vocabulary/errors.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { MysqlConnection } from './connection.ts'
import { textsOf } from './connection.ts'
import { CleanedError } from '../vocabulary/cleaned-error.ts'
import { DEADLOCK, DUPLICATE_KEY, isPrivilegeNumber, isValueNumber, rowOfMessage, textOfNumber } from './errors.ts'
import type { ColumnFacts } from './sql.ts'

/** Of the server's log, not of the rows: a statement that it holds unsafe for replication by statements. */
const UNSAFE_STATEMENT = 1592
const NO_PARENT = 1452

/**
 * Reads the warnings of the statement before.
 * @param before - rows that statements since the last flush took before it.
 * @throws ExportError `ERR_EXPORT_VALUE` if a value was changed to fit, `ERR_EXPORT_WRITE` if a key was there already or a reference
 * names nothing, else `ERR_EXPORT_WRITE_COUNT`. Messages of the server hold values, and are not repeated: only a column's name is.
 */
export async function requireNoWarnings(
  connection: MysqlConnection,
  table: TableRef,
  columns: readonly Pick<ColumnFacts, 'name'>[],
  before = 0,
): Promise<void> {
  const told = (await connection.query('SHOW WARNINGS LIMIT 64'))
    .map((row) => {
      const [, number = '', message = ''] = textsOf(row)
      const isNamed = (name: string): boolean =>
        [`column '${name}'`, `.\`${name}\``, `.${name}\``].some((text) => message?.includes(text))
      return { errno: Number(number), message, column: columns.find(({ name }) => isNamed(name)) }
    })
    .filter(({ errno }) => errno !== UNSAFE_STATEMENT)
  // of a value there may be several; one that names its column says most
  const first = told.find(({ column }) => column !== undefined) ?? told[0]
  if (first !== undefined) {
    const { errno, message, column } = first
    const at = rowOfMessage(message ?? '')
    const code = isPrivilegeNumber(errno)
      ? 'ERR_EXPORT_PRIVILEGE'
      : isValueNumber(errno)
        ? 'ERR_EXPORT_VALUE'
        : errno === DUPLICATE_KEY || errno === NO_PARENT || errno === DEADLOCK
          ? 'ERR_EXPORT_WRITE'
          : 'ERR_EXPORT_WRITE_COUNT'
    const where = `${tableText(table)}${column === undefined ? '' : `.${column.name}`}`
    const cause = new CleanedError(
      `${textOfNumber(errno)} [${errno}]`,
      String(errno),
      errno === DUPLICATE_KEY,
      errno === DEADLOCK,
    )
    throw new ExportError(code, `writing ${where} failed: ${cause.message}`, {
      table,
      cause,
      sentAt: at === undefined ? undefined : before + at,
      step: 'load',
      remedy: 'The server would have changed the value or left the row out: mask or transform the column, or widen it.',
    })
  }
}
