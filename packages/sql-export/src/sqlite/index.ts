// Public names of the SQLite entry.
export { openSqlite } from './open.ts'
export type { OpenSqliteOptions, SqliteHandle } from './open.ts'
export type { SqliteDriver } from './connection.ts'
