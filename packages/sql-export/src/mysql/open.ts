// Opens a MySQL or MariaDB database by URL.
import type { Destination } from '../port/destination.ts'
import type { ServerDialect } from '../port/server-handle.ts'
import { ServerHandle } from '../port/server-handle.ts'
import type { Source } from '../port/source.ts'
import type { MysqlCatalog } from './catalog.ts'
import { readMysqlCatalog } from './catalog.ts'
import type { MysqlTarget } from './connect.ts'
import { connectMysql, readTarget } from './connect.ts'
import type { MysqlConnection } from './connection.ts'
import { queryTexts } from './connection.ts'
import { MysqlSession, TRY_LOCK } from './destination.ts'
import { guarded } from './errors.ts'
import { MysqlSnapshot } from './source.ts'
import { quoteName, rootSql } from './sql.ts'

export interface OpenMysqlOptions {
  /** Whether the handle can only be a source. Default `false`. */
  readonly readOnly?: boolean | undefined
}

/** A MySQL or MariaDB database. Close it, or bind it with `await using`. */
export interface MysqlHandle extends Source, Destination {
  /** Runs one statement of your own. Errors are the driver's, cleaned of values. */
  execute(sql: string): Promise<void>
}

const IDENTITY = "SELECT CONCAT(@@hostname, ':', @@port, ':', @@datadir, ':', DATABASE())"
const SNAPSHOT = 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY'

/**
 * Opens a MySQL (8.0.4 or later) or MariaDB (10.6 or later) database.
 * @param url - `mysql://USER:PASSWORD@HOST:PORT/DATABASE`; with `?localInfile=off` rows are written by INSERT, not by LOAD DATA LOCAL.
 * @throws ExportError `ERR_EXPORT_CONNECTION` naming host, port and what to check; `ERR_EXPORT_DRIVER` if mysql2 is not installed;
 * `ERR_EXPORT_CONFIG` for a URL that cannot be read.
 */
export async function openMysql(url: string, options: OpenMysqlOptions = {}): Promise<MysqlHandle> {
  const target = readTarget(url)
  const reader = await connectMysql(target)
  try {
    const [identity] = await guarded('ERR_EXPORT_CONNECTION', 'the database could not be read', {}, () =>
      queryTexts(reader, IDENTITY),
    )
    const maker = { first: reader, another: () => connectMysql(target), close: () => reader.close() }
    const handle = { identity: `mysql:${identity}`, readOnly: options.readOnly ?? false }
    // rows are written by a connection of its own, which is opened with the first session
    return new ServerHandle(dialectOf(target), maker, handle)
  } catch (error) {
    await reader.close()
    throw error
  }
}

function dialectOf(target: MysqlTarget): ServerDialect<MysqlConnection, MysqlCatalog> {
  const readSettings = (writer: MysqlConnection): Promise<readonly (string | null)[]> =>
    guarded('ERR_EXPORT_CONNECTION', 'the settings could not be read', {}, () =>
      queryTexts(writer, 'SELECT @@max_allowed_packet, @@local_infile'),
    )
  return {
    engine: 'mysql',
    guarded,
    rootSql,
    quoteName,
    readCatalog: readMysqlCatalog,
    takeSnapshot: async (reader) => {
      const known = await readMysqlCatalog(reader)
      await reader.execute(SNAPSHOT)
      return new MysqlSnapshot(reader, known)
    },
    tryLock: async (writer) => (await queryTexts(writer, TRY_LOCK))[0] === '1',
    openSession: async (writer, readCatalog, onEnd) => {
      const [maxPacket, localInfile] = await readSettings(writer)
      const limits = { maxPacketBytes: Number(maxPacket), localInfile: localInfile === '1' && target.hasLocalInfile }
      return new MysqlSession(writer, readCatalog, onEnd, await readCatalog(), limits, () => connectMysql(target))
    },
  }
}
