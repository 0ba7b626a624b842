// What the user of a MySQL or MariaDB connection may not do in its database, as far as its own grants tell.
import type { CatalogDenials } from '../structure/catalog.ts'
import { NOTHING_DENIED } from '../structure/catalog.ts'
import type { MysqlConnection } from './connection.ts'
import { queryTexts, textsOf } from './connection.ts'

/** The user as `information_schema` writes it; a user's name can hold an `@`. */
const HOST = "SUBSTRING_INDEX(CURRENT_USER(), '@', -1)"
const GRANTEE = `CONCAT('''', LEFT(CURRENT_USER(), CHAR_LENGTH(CURRENT_USER()) - CHAR_LENGTH(${HOST}) - 1), '''@''', ${HOST}, '''')`
/** Rights with the table that they are on; empty where they are on all. */
const OWN = `SELECT '', privilege_type FROM information_schema.user_privileges WHERE grantee = ${GRANTEE}
  UNION SELECT '', privilege_type FROM information_schema.schema_privileges WHERE grantee = ${GRANTEE} AND DATABASE() LIKE table_schema
  UNION SELECT table_name, privilege_type FROM information_schema.table_privileges WHERE grantee = ${GRANTEE} AND table_schema = DATABASE()
  UNION SELECT table_name, privilege_type FROM information_schema.column_privileges WHERE grantee = ${GRANTEE} AND table_schema = DATABASE()`
const JOURNAL = ['loopwright_export_run', 'loopwright_export_batch']

/**
 * Rights that come from elsewhere (a role, PUBLIC, the nameless user) are not in these lists: who may have such is denied nothing,
 * and hears of what is lacking from the first statement that is refused.
 */
export async function readDenials(connection: MysqlConnection, tables: readonly string[]): Promise<CatalogDenials> {
  const [role] = await queryTexts(connection, 'SELECT CURRENT_ROLE()')
  if (role !== null && role !== undefined && role !== 'NONE') return NOTHING_DENIED
  const grants = (await connection.query('SHOW GRANTS')).map((row) => textsOf(row)[0] ?? '')
  if (grants.some((line) => /\bTO [`"']?PUBLIC\b/.test(line))) return NOTHING_DENIED
  const own = (await connection.query(OWN)).map(textsOf)
  const has = new Set(own.map(([table, right]) => `${table ?? ''}\0${right ?? ''}`))
  if (own.every(([, right]) => right === 'USAGE')) return NOTHING_DENIED
  const may = (right: string, table: string): boolean => has.has(`\0${right}`) || has.has(`${table}\0${right}`)
  const denied = (right: string): CatalogDenials['select'] =>
    tables.filter((name) => !may(right, name)).map((name) => ({ schema: null, name }))
  return {
    select: denied('SELECT'),
    insert: denied('INSERT'),
    update: denied('UPDATE'),
    generator: [],
    create: !JOURNAL.every((name) => may('CREATE', name)),
  }
}
