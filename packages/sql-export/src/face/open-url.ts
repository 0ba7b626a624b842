// Opens what a URL names, by the engine's own module, which is loaded only then.
import type { Destination } from '../port/destination.ts'
import type { Source } from '../port/source.ts'
import { configError } from '../vocabulary/errors.ts'

const SCHEMES = ['sqlite', 'postgres', 'postgresql', 'pglite', 'mysql', 'mariadb'] as const

/** A handle, or a URL such as `sqlite:shop.db`. */
export type SourceInput = Source | string
export type DestinationInput = Destination | string

function requireScheme(url: string): (typeof SCHEMES)[number] {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase()
  const found = SCHEMES.find((known) => known === scheme)
  if (found === undefined)
    throw configError(
      scheme === undefined ? 'the database is named by no URL' : `unknown scheme "${scheme}:"`,
      'Use sqlite:FILE, postgres://USER@HOST:PORT/DATABASE, mysql://USER@HOST:PORT/DATABASE or pglite:DIRECTORY.',
    )
  return found
}

async function open(url: string, readOnly: boolean, create: boolean): Promise<Source & Destination> {
  const scheme = requireScheme(url)
  switch (scheme) {
    case 'sqlite': {
      const { openSqlite } = await import('../sqlite/open.ts')
      return openSqlite(url, { readOnly, create })
    }
    case 'postgres':
    case 'postgresql': {
      const { openPostgres } = await import('../postgres/open.ts')
      return openPostgres(url, { readOnly })
    }
    case 'mysql':
    case 'mariadb': {
      const { openMysql } = await import('../mysql/open.ts')
      return openMysql(url, { readOnly })
    }
    case 'pglite': {
      const { openPglite } = await import('../pglite/open.ts')
      return openPglite(url, { readOnly, create })
    }
    default:
      throw new TypeError(`unknown scheme: ${scheme satisfies never}`)
  }
}

/** Opens a source. @throws ExportError `ERR_EXPORT_CONFIG` for an unknown scheme or a missing file. */
export async function openSource(url: string): Promise<Source> {
  return open(url, true, false)
}

/** Opens a destination. @param create - whether a missing file is made. */
export async function openDestination(url: string, create: boolean): Promise<Destination> {
  return open(url, false, create)
}

/** Runs `work` with a source; closes it afterwards only if it was opened here. */
export async function withSource<T>(input: SourceInput, work: (source: Source) => Promise<T>): Promise<T> {
  if (typeof input !== 'string') return work(input)
  const source = await openSource(input)
  try {
    return await work(source)
  } finally {
    await source.close()
  }
}

/** Runs `work` with a destination; closes it afterwards only if it was opened here. */
export async function withDestination<T>(
  input: DestinationInput,
  create: boolean,
  work: (destination: Destination) => Promise<T>,
): Promise<T> {
  if (typeof input !== 'string') return work(input)
  const destination = await openDestination(input, create)
  try {
    return await work(destination)
  } finally {
    await destination.close()
  }
}
