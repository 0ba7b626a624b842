// Connects to a MySQL or MariaDB server, and says what to check when that fails.
import { setTimeout as delay } from 'node:timers/promises'
import { ExportError, configError } from '../vocabulary/errors.ts'
import type { MysqlClient } from './client.ts'
import { MysqlConnection } from './connection.ts'
import { cleanError, codeOf, errnoOf } from './errors.ts'

const CONNECT_TIMEOUT_MS = 10_000
const ATTEMPTS = 3
const RETRY_AFTER_MS = 200

/** Settings that the text of values depends on. Zero dates may be read and written; a statement never changes a value to fit. */
const SETTINGS = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'",
  // MySQL 8 keeps counters of tables for a day; MariaDB does not look into this comment
  "SET SESSION time_zone = '+00:00' /*!80000 , SESSION information_schema_stats_expiry = 0 */",
  'SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ',
  'SET SESSION group_concat_max_len = 1048576',
  'SET SESSION wait_timeout = 2147483, SESSION net_write_timeout = 3600, SESSION net_read_timeout = 3600',
]

interface MysqlModule {
  createConnection(config: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
    readonly database: string
    readonly charset: string
    readonly connectTimeout: number
    readonly flags: readonly string[]
    readonly ssl?: object
  }): MysqlClient & { connect(callback: (error: Error | null) => void): void }
}

export interface MysqlTarget {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly hasTls: boolean
  /** Whether rows may be written by LOAD DATA LOCAL. */
  readonly hasLocalInfile: boolean
}

/** Reads a URL. @throws ExportError `ERR_EXPORT_CONFIG`, without the URL's text. */
export function readTarget(text: string): MysqlTarget {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw configError(
      'the MySQL URL cannot be read',
      'Write mysql://USER:PASSWORD@HOST:PORT/DATABASE; escape / @ : # ? in the password as %2F %40 %3A %23 %3F.',
    )
  }
  if (url.protocol !== 'mysql:' && url.protocol !== 'mariadb:')
    throw configError(`a MySQL URL begins with mysql://, not ${url.protocol}`)
  const database = decodeURIComponent(url.pathname.slice(1))
  if (database === '') throw configError('the MySQL URL names no database', 'Write mysql://USER@HOST:PORT/DATABASE.')
  return {
    host: url.hostname === '' ? '127.0.0.1' : url.hostname,
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password) || (process.env['MYSQL_PWD'] ?? ''),
    database,
    hasLocalInfile: url.searchParams.get('localInfile') !== 'off',
    hasTls: url.searchParams.get('ssl') === 'true' || url.searchParams.get('sslmode') === 'require',
  }
}

async function loadModule(): Promise<MysqlModule> {
  const name: string = 'mysql2'
  try {
    const module = (await import(name)) as MysqlModule & { readonly default?: MysqlModule }
    return module.default ?? module
  } catch (error) {
    throw new ExportError('ERR_EXPORT_DRIVER', 'the package mysql2 is not there', { remedy: 'npm install mysql2', cause: error })
  }
}

/** Opens a connection with the settings of an export. */
export async function connectMysql(target: MysqlTarget): Promise<MysqlConnection> {
  const { createConnection } = await loadModule()
  const { host, port, user, password, database, hasTls, hasLocalInfile } = target
  const flags = hasLocalInfile ? [] : ['-LOCAL_FILES'] // what the client does not offer no server can ask for
  for (let attempt = 1; ; attempt++) {
    const config = { host, port, user, password, database, charset: 'utf8mb4', connectTimeout: CONNECT_TIMEOUT_MS, flags }
    const client = createConnection(hasTls ? { ...config, ssl: {} } : config)
    const connection = new MysqlConnection(client, () => connectMysql(target), true)
    try {
      await new Promise<void>((resolve, reject) =>
        client.connect((error) => (error === null || error === undefined ? resolve() : reject(error))),
      )
      for (const setting of SETTINGS) await connection.execute(setting)
      return connection
    } catch (error) {
      if (attempt < ATTEMPTS && (errnoOf(error) === 1040 || codeOf(error) === 'ECONNRESET')) {
        await delay(RETRY_AFTER_MS * 2 ** (attempt - 1))
        continue
      }
      throw connectionError(error, target)
    }
  }
}

function connectionError(error: unknown, { host, port, user, database }: MysqlTarget): ExportError {
  const cause = cleanError(error)
  const errno = errnoOf(error)
  const code = codeOf(error)
  const place = `${host}:${port}`
  const [what, remedy] =
    code === 'ECONNREFUSED'
      ? ['nothing answers there', `Check that the server runs and listens on ${place}.`]
      : code === 'ENOTFOUND' || code === 'EAI_AGAIN'
        ? ['there is no such host', 'Check the host name in the URL.']
        : code === 'ETIMEDOUT'
          ? ['no answer in time', 'Check host, port and firewall.']
          : errno === 1045 || errno === 1698
            ? [`the server refused user ${JSON.stringify(user)} (${errno})`, 'Check user and password: in the URL or MYSQL_PWD.']
            : errno === 1044 || errno === 1049
              ? [
                  `there is no database ${JSON.stringify(database)} for this user`,
                  'Check the name at the end of the URL, and the rights.',
                ]
              : [`the connection failed (${cause.code || 'no code'})`, 'Check the URL and the log of the server.']
  return new ExportError('ERR_EXPORT_CONNECTION', `MySQL at ${place}: ${what}`, {
    cause,
    remedy,
    isTemporary: errno === 1040 || code === 'ECONNREFUSED' || code === 'ECONNRESET',
    isTimeout: code === 'ETIMEDOUT',
  })
}
