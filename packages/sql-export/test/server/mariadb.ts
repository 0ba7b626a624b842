// Databases of their own on a MariaDB server, gone after each test.
import { randomBytes } from 'node:crypto'
import mysql from 'mysql2/promise'
import { onTestFinished, test } from 'vitest'
import type { TestContext } from 'vitest'
import { HOST, answers } from './answers.ts'

const PORT = 3306
export const SERVER: string = `mysql://root@${HOST}:${PORT}`

/** Whether the server is there. */
export const hasMariadb: boolean = await answers(PORT)

/** Runs statements on the server. @returns the rows of the last, every value as text. */
export async function runMariadb(url: string, sql: string): Promise<unknown[][]> {
  const { pathname } = new URL(url)
  const connection = await mysql.createConnection({
    host: HOST,
    port: PORT,
    user: 'root',
    charset: 'utf8mb4',
    multipleStatements: true,
    ...(pathname.length > 1 ? { database: pathname.slice(1) } : {}),
  })
  try {
    const typeCast = (field: { string(): string | null }): string | null => field.string()
    const [results, fields] = await connection.query({ sql, rowsAsArray: true, typeCast })
    // of several statements there are several results, each with its fields or none
    const isSeveral = Array.isArray(fields) && fields.some((field) => field === undefined || Array.isArray(field))
    const rows: unknown = isSeveral && Array.isArray(results) ? results.at(-1) : results
    return Array.isArray(rows) ? (rows as unknown[][]) : []
  } finally {
    await connection.end()
  }
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
    if (!hasMariadb) context.skip(`needs mariadb: nothing answers on ${HOST}:${PORT}`)
    await run(context)
  })
}
