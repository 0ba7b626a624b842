// Public names of the entry for PostgreSQL.
export { openPostgres } from './open.ts'
export type { OpenPostgresOptions } from './open.ts'
export type { PostgresHandle } from './handle.ts'
export type { PgClient } from './node-postgres.ts'
