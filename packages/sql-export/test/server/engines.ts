// One face for the engines that tests copy between: SQLite always, the servers where they answer.
import { join } from 'node:path'
import type { TestContext } from 'vitest'
import type { Destination } from '../../src/port/destination.ts'
import type { Source } from '../../src/port/source.ts'
import { openMysql } from '../../src/mysql/index.ts'
import { openPostgres } from '../../src/postgres/index.ts'
import { openSqlite } from '../../src/sqlite/index.ts'
import { execute, query, testFolder } from '../database.ts'
import { hasMariadb, makeMariadb, runMariadb } from './mariadb.ts'
import { hasPostgres, postgresFile, runPostgres } from './postgres.ts'

export const TEST_ENGINES = ['sqlite', 'postgres', 'mysql'] as const
export type TestEngine = (typeof TEST_ENGINES)[number]

export interface TestDatabase {
  readonly engine: TestEngine
  readonly url: string
  open(readOnly?: boolean): Promise<Source & Destination>
  run(sql: string): Promise<void>
  /** Every value as text. */
  rows(sql: string): Promise<(string | null)[][]>
}

export interface TestEngines {
  make(engine: TestEngine, sql: string): Promise<TestDatabase>
}

const asText = (rows: readonly (readonly unknown[])[]): (string | null)[][] =>
  rows.map((row) => row.map((cell) => (cell === null ? null : String(cell))))

/** Ends a test, named as not run, if one of its engines is not there. */
export function requireEngines(context: TestContext, ...engines: readonly TestEngine[]): void {
  if (engines.includes('postgres') && !hasPostgres) context.skip('needs postgresql: nothing answers on 127.0.0.1:5432')
  if (engines.includes('mysql') && !hasMariadb) context.skip('needs mariadb: nothing answers on 127.0.0.1:3306')
}

/** To be called once a file, outside its tests. */
export function testEngines(): TestEngines {
  const file = postgresFile()
  return {
    make: async (engine, sql) => {
      if (engine === 'sqlite') {
        const path = join(testFolder(), 'test.db')
        await execute(path, sql === '' ? 'PRAGMA user_version = 0' : sql)
        const open = (readOnly = false): Promise<Source & Destination> => openSqlite(path, { readOnly })
        return {
          engine,
          url: `sqlite:${path}`,
          open,
          run: (text) => execute(path, text),
          rows: async (text) => asText(await query(path, text)),
        }
      }
      if (engine === 'mysql') {
        const url = await makeMariadb(sql)
        const open = (readOnly = false): Promise<Source & Destination> => openMysql(url, { readOnly })
        const run = async (text: string): Promise<void> => void (await runMariadb(url, text))
        return { engine, url, open, run, rows: async (text) => asText(await runMariadb(url, text)) }
      }
      const url = await file.makeSchema()
      const base = url.replace(/\?.*/, '')
      const path = `SET search_path = ${new URL(url).searchParams.get('schema')}`
      if (sql !== '') await runPostgres(base, `${path}; ${sql}`)
      const open = (readOnly = false): Promise<Source & Destination> => openPostgres(url, { readOnly })
      const run = async (text: string): Promise<void> => void (await runPostgres(base, path, text))
      return { engine, url, open, run, rows: async (text) => asText(await runPostgres(base, path, text)) }
    },
  }
}
