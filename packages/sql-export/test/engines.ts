// Databases of every engine under one face, with a reader of the tests' own: for suites that cross engines.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import mysql from 'mysql2/promise'
import pg from 'pg'
import { afterAll } from 'vitest'
import { openMysql } from '../src/mysql/index.ts'
import { openPglite } from '../src/pglite/index.ts'
import { openPostgres } from '../src/postgres/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import type { ConformanceHandle } from '../src/testing/index.ts'
import { execute, query } from './database.ts'
import { makePglite } from './pglite.ts'
import { SERVER as MARIADB, hasMariadb, lastRows } from './server/mariadb.ts'
import { SERVER as POSTGRES, hasPostgres, runPostgres } from './server/postgres.ts'

export const ENGINE_NAMES = ['sqlite', 'pglite', 'postgres', 'mariadb'] as const
export type EngineName = (typeof ENGINE_NAMES)[number]

/** One empty database. */
export interface TestDatabase {
  readonly engine: EngineName
  /** For processes of their own; `undefined` for an instance in memory. */
  readonly url: string | undefined
  open(): Promise<ConformanceHandle>
  /** Runs statements, by a driver and not by the exporter. */
  run(statements: readonly string[]): Promise<void>
  /** Rows of a query by a driver, every value as the text that the engine gives, NULL as `null`. */
  rows(sql: string): Promise<(string | null)[][]>
  dispose(): Promise<void>
}

type Client = InstanceType<typeof pg.Client>

/** Schemas that are made before what is left of dropped ones in PostgreSQL's catalog is cleared away: reading it gets slower by them. */
const CLEARED_EVERY = 40

/** Whether the engine answers here. */
export function isHere(engine: EngineName): boolean {
  return engine === 'postgres' ? hasPostgres : engine === 'mariadb' ? hasMariadb : true
}

export interface Engines {
  make(engine: EngineName): Promise<TestDatabase>
}

const asText = (value: unknown): string | null =>
  value === null || value === undefined
    ? null
    : value instanceof Uint8Array
      ? `x${Buffer.from(value).toString('hex')}`
      : String(value)

/** Makes databases for one test file, and keeps connections and instances until it has ended. */
export function testEngines(): Engines {
  const name = `loopwright_test_${process.pid}_${randomBytes(6).toString('hex')}`
  const instances: { readonly instance: PGlite; isTaken: boolean; made: number }[] = []
  let client: Client | undefined
  let connection: mysql.Connection | undefined
  /** Of MariaDB, until they are disposed of. */
  const databases = new Set<string>()
  let made = 0
  /** In the database of PostgreSQL. */
  let schemas = 0

  afterAll(async () => {
    for (const { instance } of instances) await instance.close()
    await client?.end()
    for (const database of databases) await connection?.query(`DROP DATABASE ${database}`)
    await connection?.end()
    if (client !== undefined) await runPostgres(`${POSTGRES}/postgres`, `DROP DATABASE ${name} WITH (FORCE)`)
  }, 120_000)

  async function postgresClient(): Promise<Client> {
    if (client !== undefined) return client
    await runPostgres(`${POSTGRES}/postgres`, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`)
    // what is lost when the server dies is of no test's interest
    await runPostgres(`${POSTGRES}/postgres`, `ALTER DATABASE ${name} SET synchronous_commit = off`)
    client = new pg.Client({ connectionString: `${POSTGRES}/${name}` })
    await client.connect()
    return client
  }

  async function sqlite(): Promise<TestDatabase> {
    const folder = mkdtempSync(join(tmpdir(), 'sql-export-engine-'))
    const path = join(folder, 'test.db')
    await execute(path, 'PRAGMA user_version = 1') // so that there is a file
    return {
      engine: 'sqlite',
      url: `sqlite:${path}`,
      open: () => openSqlite(path),
      run: (statements) => execute(path, statements.join(';\n')),
      rows: async (sql) => (await query(path, sql)).map((row) => row.map(asText)),
      dispose: async () => rmSync(folder, { recursive: true, force: true }),
    }
  }

  async function postgres(): Promise<TestDatabase> {
    const own = await postgresClient()
    const schema = `s${++made}`
    if (++schemas % CLEARED_EVERY === 0) await own.query('VACUUM')
    await own.query(`CREATE SCHEMA ${schema}`)
    const into = `SET search_path TO ${schema}`
    const url = `${POSTGRES}/${name}?schema=${schema}`
    return {
      engine: 'postgres',
      url,
      open: () => openPostgres(url),
      run: async (statements) => {
        try {
          await own.query([into, ...statements].join(';\n'))
        } catch (error) {
          await own.query('ROLLBACK')
          throw error
        }
      },
      rows: async (sql) => {
        await own.query(into)
        const { rows = [] } = await own.query<unknown[]>({ text: sql, rowMode: 'array', types: TEXTS })
        return rows.map((row) => row.map(asText))
      },
      dispose: async () => void (await own.query(`DROP SCHEMA ${schema} CASCADE`)),
    }
  }

  async function pglite(): Promise<TestDatabase> {
    const free = instances.find(({ isTaken }) => !isTaken) ?? { instance: await makePglite(), isTaken: true, made: 0 }
    if (!instances.includes(free)) instances.push(free)
    free.isTaken = true
    const { instance } = free
    const schema = `s${++made}`
    if (++free.made % CLEARED_EVERY === 0) await instance.exec('VACUUM')
    await instance.exec(`CREATE SCHEMA ${schema}`)
    const into = `SET search_path TO ${schema}`
    return {
      engine: 'pglite',
      url: undefined,
      open: () => openPglite(instance, { schema }),
      run: async (statements) => void (await instance.exec([into, ...statements].join(';\n'))),
      rows: async (sql) => {
        await instance.exec(into)
        const { fields } = await instance.query(`SELECT * FROM (${sql}) AS q LIMIT 0`)
        const parsers = Object.fromEntries(fields.map(({ dataTypeID }) => [dataTypeID, (text: string) => text]))
        const { rows } = await instance.query<unknown[]>(sql, [], { rowMode: 'array', parsers })
        return rows.map((row) => row.map(asText))
      },
      dispose: async () => {
        await instance.exec(`SET search_path TO public; DROP SCHEMA ${schema} CASCADE`)
        free.isTaken = false
      },
    }
  }

  async function mariadb(): Promise<TestDatabase> {
    connection ??= await mysql.createConnection({ uri: MARIADB, charset: 'utf8mb4', multipleStatements: true })
    const own = connection
    const database = `${name}_${++made}`
    await own.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`)
    databases.add(database)
    const url = `${MARIADB}/${database}`
    const into = `USE ${database}; SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', foreign_key_checks = 0`
    return {
      engine: 'mariadb',
      url,
      open: () => openMysql(url),
      run: async (statements) => void (await own.query([into, ...statements].join(';\n'))),
      rows: async (sql) => {
        const typeCast = (field: { string(): string | null }): string | null => field.string()
        const [results, fields] = await own.query({ sql: `USE ${database}; ${sql}`, rowsAsArray: true, typeCast })
        return lastRows(results, fields).map((row) => row.map(asText))
      },
      dispose: async () => {
        databases.delete(database)
        await own.query(`DROP DATABASE ${database}`)
      },
    }
  }

  const makers = { sqlite, postgres, pglite, mariadb }
  return { make: (engine) => makers[engine]() }
}

/** For `pg`: every value as text. */
const TEXTS = { getTypeParser: () => (text: string) => text }
