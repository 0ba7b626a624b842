// Databases of their own on a MariaDB server, or a MySQL one on the port that is named, gone after each test.
import { randomBytes } from 'node:crypto'
import mysql from 'mysql2/promise'
import { onTestFinished, test } from 'vitest'
import type { TestContext } from 'vitest'
import { HOST, MARIADB_PORT, answers } from './answers.ts'

export const SERVER: string = `mysql://root@${HOST}:${MARIADB_PORT}`

/** Whether the server is there. */
export const hasMariadb: boolean = await answers(MARIADB_PORT)

/** Whether it is MySQL's own. Its tests are those of MariaDB but for words that only MariaDB knows. */
export const isMysql: boolean = hasMariadb && !(await version()).includes('MariaDB')

async function version(): Promise<string> {
  const connection = await mysql.createConnection({ host: HOST, port: MARIADB_PORT, user: 'root' })
  try {
    const [[row]] = await connection.query<mysql.RowDataPacket[]>('SELECT version() AS version')
    return String(row?.['version'])
  } finally {
    await connection.end()
  }
}

/** What only MariaDB says so, in the words of MySQL: tables of numbers by their names alone, the type `uuid`, the key of a new row. */
function inItsWords(sql: string): string {
  if (!isMysql) return sql
  const numbers = (name: string, from: string, to: string): string =>
    `(WITH RECURSIVE n (seq) AS (SELECT ${from} UNION ALL SELECT seq + 1 FROM n WHERE seq < ${to}) SELECT seq FROM n) AS ${name}`
  return `SET SESSION cte_max_recursion_depth = 1000000; ${sql}`
    .replace(/\bseq_(\d+)_to_(\d+)\b/g, numbers)
    .replace(/\bu uuid\b/, 'u char(36)')
    .replace(/ RETURNING id$/, '; SELECT LAST_INSERT_ID()')
}

/** Runs statements on the server. @returns the rows of the last, every value as text. */
export async function runMariadb(url: string, sql: string): Promise<unknown[][]> {
  const { pathname } = new URL(url)
  const connection = await mysql.createConnection({
    host: HOST,
    port: MARIADB_PORT,
    user: 'root',
    charset: 'utf8mb4',
    multipleStatements: true,
    ...(pathname.length > 1 ? { database: pathname.slice(1) } : {}),
  })
  try {
    const typeCast = (field: { string(): string | null }): string | null => field.string()
    const [results, fields] = await connection.query({ sql: inItsWords(sql), rowsAsArray: true, typeCast })
    return lastRows(results, fields)
  } finally {
    await connection.end()
  }
}

/** Of several statements there are several results, each with its fields or none. @returns the rows of the last. */
export function lastRows(results: unknown, fields: unknown): unknown[][] {
  const isSeveral = Array.isArray(fields) && fields.some((field) => field === undefined || Array.isArray(field))
  const rows: unknown = isSeveral && Array.isArray(results) ? results.at(-1) : results
  return Array.isArray(rows) ? (rows as unknown[][]) : []
}

let made = 0

/** Makes a database, whose name holds the process and a random part. It is gone after the test. @returns its URL. */
export async function makeMariadb(sql = ''): Promise<string> {
  const name = `loopwright_test_${process.pid}_${randomBytes(6).toString('hex')}_${++made}`
  await runMariadb(SERVER, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`)
  onTestFinished(async () => void (await runMariadb(SERVER, `DROP DATABASE IF EXISTS ${name}`)), 60_000)
  const url = `${SERVER}/${name}`
  if (sql !== '') await runMariadb(url, `SET sql_mode = ''; SET time_zone = '+00:00'; ${sql}`)
  return url
}

/** A test that needs the server; without it, it is named as not run. */
export function mariadbTest(name: string, run: (context: TestContext) => Promise<void>, timeout = 60_000): void {
  test(name, { timeout }, async (context) => {
    if (!hasMariadb) context.skip(`needs mariadb: nothing answers on ${HOST}:${MARIADB_PORT}`)
    await run(context)
  })
}
