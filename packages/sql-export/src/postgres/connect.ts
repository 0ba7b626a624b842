// Connects to a PostgreSQL server, and says what to check when that fails.
import { setTimeout as delay } from 'node:timers/promises'
import { ExportError, configError } from '../vocabulary/errors.ts'
import type { PostgresConnection } from './connection.ts'
import { SESSION_SETTINGS } from './connection.ts'
import { cleanError, codeOf } from './errors.ts'
import type { PgClient, PgCopyStreams } from './node-postgres.ts'
import { NodePostgresConnection } from './node-postgres.ts'
import { quoteName } from './sql.ts'

const CONNECT_TIMEOUT_MS = 10_000
const ATTEMPTS = 3
const RETRY_AFTER_MS = 200
/** A server that starts, is full, or dropped the connection may answer a moment later. */
const RETRIED = new Set(['57P03', '53300', 'ECONNRESET', 'ETIMEDOUT', '40001'])

interface PgModule {
  readonly Client: new (config: {
    readonly connectionString: string
    readonly connectionTimeoutMillis: number
    readonly application_name: string
  }) => PgClient
}

export interface PostgresTarget {
  readonly url: string
  readonly schema: string | undefined
  /** Host and port as messages name them. */
  readonly place: string
  readonly user: string
  readonly database: string
}

/** Reads a URL; what is ours is taken out of it. @throws ExportError `ERR_EXPORT_CONFIG`, without the URL's text. */
export function readTarget(text: string, schema: string | undefined): PostgresTarget {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw configError(
      'the PostgreSQL URL cannot be read',
      'Write postgres://USER:PASSWORD@HOST:PORT/DATABASE; escape / @ : # ? in the password as %2F %40 %3A %23 %3F.',
    )
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    throw configError(`a PostgreSQL URL begins with postgres://, not ${url.protocol}`)
  const named = url.searchParams.get('schema') ?? undefined
  url.searchParams.delete('schema')
  const env = (name: string): string | undefined => process.env[name]
  const host = url.hostname === '' ? (url.searchParams.get('host') ?? env('PGHOST') ?? 'localhost') : url.hostname
  const port = url.port === '' ? (url.searchParams.get('port') ?? env('PGPORT') ?? '5432') : url.port
  return {
    url: url.href,
    schema: schema ?? named,
    place: `${host}:${port}`,
    user: decodeURIComponent(url.username) || (env('PGUSER') ?? ''),
    database: decodeURIComponent(url.pathname.slice(1)) || (env('PGDATABASE') ?? ''),
  }
}

export async function loadCopyStreams(): Promise<PgCopyStreams> {
  const name: string = 'pg-copy-streams'
  const module = (await load(name)) as PgCopyStreams & { readonly default?: PgCopyStreams }
  return module.default ?? module
}

async function loadClient(): Promise<PgModule> {
  const name: string = 'pg'
  const module = (await load(name)) as PgModule & { readonly default?: PgModule }
  return module.default ?? module
}

async function load(name: string): Promise<unknown> {
  try {
    return await import(name)
  } catch (error) {
    throw new ExportError('ERR_EXPORT_DRIVER', `the package ${name} is not there`, {
      remedy: 'npm install pg pg-copy-streams',
      cause: error,
    })
  }
}

/** Opens a connection with the settings of an export. */
export async function connectPostgres(target: PostgresTarget): Promise<PostgresConnection> {
  const [{ Client }, streams] = await Promise.all([loadClient(), loadCopyStreams()])
  for (let attempt = 1; ; attempt++) {
    const client = new Client({
      connectionString: target.url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: 'sql-export',
    })
    const connection = new NodePostgresConnection(client, streams, () => connectPostgres(target), true)
    try {
      await client.connect()
    } catch (error) {
      if (attempt < ATTEMPTS && RETRIED.has(codeOf(error))) {
        await delay(RETRY_AFTER_MS * 2 ** (attempt - 1))
        continue
      }
      throw connectionError(error, target)
    }
    await prepareSession(connection, target.schema)
    return connection
  }
}

/** Makes the settings of an export. @throws ExportError `ERR_EXPORT_CONFIG` if there is no such schema. */
export async function prepareSession(connection: PostgresConnection, schema: string | undefined): Promise<void> {
  await connection.execute(SESSION_SETTINGS)
  if (schema === undefined) return
  const { rows } = await connection.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
  if (rows.length === 0) {
    await connection.close()
    throw configError(`the database has no schema ${JSON.stringify(schema)}`, 'Check the name, or make the schema.')
  }
  await connection.execute(`SET search_path = ${quoteName(schema)}`)
}

function connectionError(error: unknown, { place, user, database }: PostgresTarget): ExportError {
  const cause = cleanError(error)
  const advice = adviceFor(cause.code, error, place, user, database)
  return new ExportError('ERR_EXPORT_CONNECTION', `PostgreSQL at ${place}: ${advice.what}`, {
    cause,
    remedy: advice.remedy,
    isTemporary: RETRIED.has(cause.code) || cause.code === 'ECONNREFUSED',
    isTimeout: cause.code === 'ETIMEDOUT',
  })
}

function adviceFor(
  code: string,
  error: unknown,
  place: string,
  user: string,
  database: string,
): { readonly what: string; readonly remedy: string } {
  const message = error instanceof Error ? error.message : ''
  if (code === 'ECONNREFUSED' || (error instanceof AggregateError && code === ''))
    return { what: 'nothing answers there', remedy: `Check that the server runs and listens on ${place}.` }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { what: 'there is no such host', remedy: 'Check the host name in the URL.' }
  if (code === 'ETIMEDOUT' || /timeout/i.test(message))
    return { what: 'no answer in time', remedy: 'Check host, port and firewall.' }
  if (code === '28P01' || code === '28000' || /password/i.test(message))
    return {
      what: `the server refused user ${JSON.stringify(user)} (${code || 'no password'})`,
      remedy: 'Check user and password: in the URL, PGPASSWORD or ~/.pgpass; and pg_hba.conf.',
    }
  if (code === '3D000')
    return { what: `there is no database ${JSON.stringify(database)}`, remedy: 'Check the name at the end of the URL.' }
  if (/SSL/i.test(message))
    return { what: 'TLS could not be agreed on', remedy: 'Check sslmode in the URL and the certificates.' }
  return { what: `the connection failed (${code || 'no code'})`, remedy: 'Check the URL and the log of the server.' }
}
