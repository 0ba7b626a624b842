// Opens a PostgreSQL database by URL, or over a client of the caller's.
import { configError } from '../vocabulary/errors.ts'
import { connectPostgres, loadCopyStreams, prepareSession, readTarget } from './connect.ts'
import type { PostgresHandle } from './handle.ts'
import { openHandle } from './handle.ts'
import type { PgClient } from './node-postgres.ts'
import { NodePostgresConnection } from './node-postgres.ts'

export interface OpenPostgresOptions {
  /** Whether the handle can only be a source. Default `false`. */
  readonly readOnly?: boolean | undefined
  /**
   * The default schema: tables in it are named without one, so that plans fit another schema or engine. Default: the first of the
   * search path that is there. In a URL: `?schema=NAME`.
   */
  readonly schema?: string | undefined
}

/**
 * Opens a PostgreSQL database, version 12 or later.
 * @param location - `postgres://USER@HOST:PORT/DATABASE`; or a connected `Client` of pg, which is not closed, whose session settings are
 * changed, and which can be source or destination of a run, not both.
 * @throws ExportError `ERR_EXPORT_CONNECTION` naming host, port and what to check; `ERR_EXPORT_DRIVER` if pg is not installed;
 * `ERR_EXPORT_CONFIG` for a URL that cannot be read.
 */
export async function openPostgres(location: string | PgClient, options: OpenPostgresOptions = {}): Promise<PostgresHandle> {
  const { readOnly = false, schema } = options
  if (schema === '') throw configError('the schema has no name')
  if (typeof location !== 'string') {
    const connection = new NodePostgresConnection(location, await loadCopyStreams(), undefined, false)
    await prepareSession(connection, schema)
    return openHandle({ first: connection, another: undefined, close: async () => {} }, { readOnly })
  }
  const target = readTarget(location, schema)
  const first = await connectPostgres(target)
  try {
    return await openHandle({ first, another: () => connectPostgres(target), close: () => first.close() }, { readOnly })
  } catch (error) {
    await first.close()
    throw error
  }
}
