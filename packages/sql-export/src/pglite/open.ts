// Opens a PGlite database: a directory, or an instance of the caller's.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { prepareSession } from '../postgres/connect.ts'
import { asExportError } from '../postgres/errors.ts'
import type { PostgresHandle } from '../postgres/handle.ts'
import { openHandle } from '../postgres/handle.ts'
import type { Lease } from '../sqlite/lease.ts'
import { acquireLease } from '../sqlite/lease.ts'
import { ExportError, configError } from '../vocabulary/errors.ts'
import type { PgliteInstance } from './connection.ts'
import { PgliteConnection } from './connection.ts'

export interface OpenPgliteOptions {
  /** Whether the handle can only be a source. Default `false`. */
  readonly readOnly?: boolean | undefined
  /** Whether a directory that is missing is made. Default `false`. */
  readonly create?: boolean | undefined
  /** The default schema, as with `openPostgres`. */
  readonly schema?: string | undefined
}

/**
 * Opens a PGlite database.
 * @param location - a directory, or `pglite:DIRECTORY`, which no other process may have open; or an instance, which is not closed. An
 * instance has one session: source and destination of a run must be two.
 * @throws ExportError `ERR_EXPORT_CONFIG` if there is no such directory, `ERR_EXPORT_DRIVER` if PGlite is not installed,
 * `ERR_EXPORT_LOCKED` if another process has the directory.
 */
export async function openPglite(location: string | PgliteInstance, options: OpenPgliteOptions = {}): Promise<PostgresHandle> {
  const { readOnly = false, create = false, schema } = options
  if (typeof location !== 'string') return openInstance(location, async () => {}, readOnly, schema)
  const path = resolve(location.startsWith('pglite:') ? location.slice('pglite:'.length) : location)
  if (!existsSync(path) && (!create || readOnly))
    throw configError(
      `there is no PGlite directory ${JSON.stringify(path)}`,
      'Check the path; a directory that is missing is not made.',
    )
  const lease = acquireLease(path)
  try {
    const instance = await start(path)
    return await openInstance(instance, () => closeBoth(instance, lease), readOnly, schema)
  } catch (error) {
    lease.release()
    throw error
  }
}

async function closeBoth(instance: PgliteInstance, lease: Lease): Promise<void> {
  try {
    await instance.close()
  } finally {
    lease.release()
  }
}

async function openInstance(
  instance: PgliteInstance,
  close: () => Promise<void>,
  readOnly: boolean,
  schema: string | undefined,
): Promise<PostgresHandle> {
  const connection = new PgliteConnection(instance, close)
  await prepareSession(connection, schema)
  return openHandle({ first: connection, another: undefined, close }, { readOnly })
}

async function start(path: string): Promise<PgliteInstance> {
  const name: string = '@electric-sql/pglite'
  let module: { readonly PGlite: { create(directory: string): Promise<PgliteInstance> } }
  try {
    module = (await import(name)) as typeof module
  } catch (error) {
    throw new ExportError('ERR_EXPORT_DRIVER', 'the package @electric-sql/pglite is not there', {
      remedy: 'npm install @electric-sql/pglite',
      cause: error,
    })
  }
  try {
    return await module.PGlite.create(path)
  } catch (error) {
    throw asExportError(error, 'ERR_EXPORT_CONNECTION', 'the PGlite directory could not be opened')
  }
}
