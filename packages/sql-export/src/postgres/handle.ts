// A PostgreSQL database as a source, a destination, or both.
import type { Destination } from '../port/destination.ts'
import type { ConnectionMaker, ServerDialect, ServerHandleOptions } from '../port/server-handle.ts'
import { ServerHandle } from '../port/server-handle.ts'
import type { Source } from '../port/source.ts'
import { configError } from '../vocabulary/errors.ts'
import type { PostgresCatalog } from './catalog.ts'
import { readPostgresCatalog } from './catalog.ts'
import type { PostgresConnection } from './connection.ts'
import { queryText } from './connection.ts'
import { PostgresSession, TRY_LOCK } from './destination.ts'
import { guarded } from './errors.ts'
import { PostgresSnapshot } from './source.ts'
import { quoteName, rootSql } from './sql.ts'

/** A PostgreSQL database. Close it, or bind it with `await using`. */
export interface PostgresHandle extends Source, Destination {
  /** Runs statements of your own, such as a schema. Errors are the driver's, cleaned of values. */
  execute(sql: string): Promise<void>
}

const IDENTITY = `SELECT extract(epoch FROM pg_postmaster_start_time())::text || ':' || oid || ':' || current_schema()
  FROM pg_database WHERE datname = current_database()`

/** Makes a handle of connections that are open. */
export async function openHandle(
  maker: ConnectionMaker<PostgresConnection>,
  { readOnly }: Pick<ServerHandleOptions, 'readOnly'>,
): Promise<PostgresHandle> {
  const schema = await guarded('ERR_EXPORT_CONNECTION', 'the database could not be read', {}, () =>
    queryText(maker.first, 'SELECT current_schema()'),
  )
  if (schema === null) throw configError('no schema of the search path is there', 'Name one by ?schema=NAME in the URL.')
  const identity = await queryText(maker.first, IDENTITY)
  return new ServerHandle(dialectOf(maker), maker, { identity: `postgres:${identity}`, readOnly })
}

function dialectOf({ another }: ConnectionMaker<PostgresConnection>): ServerDialect<PostgresConnection, PostgresCatalog> {
  return {
    engine: 'postgres',
    guarded,
    // the default schema is found by the search path of the session that runs the plan
    rootSql: (root) =>
      rootSql(root, ({ schema, name }) => (schema === null ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`)),
    quoteName,
    readCatalog: readPostgresCatalog,
    takeSnapshot: (reader) => PostgresSnapshot.begin(reader, another, () => readPostgresCatalog(reader)),
    tryLock: async (writer) => ['t', 'true'].includes((await queryText(writer, TRY_LOCK)) ?? ''),
    openSession: async (writer, readCatalog, onEnd) =>
      new PostgresSession(writer, readCatalog, onEnd, await readCatalog(), another),
  }
}
