// A PostgreSQL database of its own for each test file, and schemas in it; gone when the file is done.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, onTestFinished, test } from 'vitest'
import type { TestContext } from 'vitest'
import { HOST, POSTGRES_PORT, answers } from './answers.ts'

export const SERVER: string = `postgres://postgres@${HOST}:${POSTGRES_PORT}`
const ADMIN = `${SERVER}/postgres`
export const NOT_RUN: string = `needs postgresql: nothing answers on ${HOST}:${POSTGRES_PORT}`

/** Whether the server is there. */
export const hasPostgres: boolean = await answers(POSTGRES_PORT)

/** Runs statements, one by one, on a database of the server. */
export async function runPostgres(url: string, ...statements: readonly string[]): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    let rows: unknown[][] = []
    for (const text of statements) {
      const result = await client.query<unknown[]>({ text, rowMode: 'array' })
      rows = Array.isArray(result) ? [] : (result.rows ?? [])
    }
    return rows
  } finally {
    await client.end()
  }
}

export interface PostgresFile {
  /** URL of the file's database. */
  readonly url: string
  /** Makes a schema of its own, which is gone after the test. @returns the URL that has it as the default schema. */
  makeSchema(): Promise<string>
}

/** Makes a database before the file's tests and drops it after them. Names hold the process and a random part. */
export function postgresFile(): PostgresFile {
  const name = `loopwright_test_${process.pid}_${randomBytes(6).toString('hex')}`
  const url = `${SERVER}/${name}`
  let schemas = 0
  if (hasPostgres) {
    beforeAll(async () => void (await runPostgres(ADMIN, `CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`)), 120_000)
    afterAll(async () => void (await runPostgres(ADMIN, `DROP DATABASE ${name} WITH (FORCE)`)), 120_000)
  }
  return {
    url,
    makeSchema: async () => {
      const schema = `s${++schemas}`
      await runPostgres(url, `CREATE SCHEMA ${schema}`)
      onTestFinished(async () => void (await runPostgres(url, `DROP SCHEMA IF EXISTS ${schema} CASCADE`)), 60_000)
      return `${url}?schema=${schema}`
    },
  }
}

/** A test that needs the server; without it, it is named as not run. */
export function serverTest(name: string, run: (context: TestContext) => Promise<void>, timeout = 60_000): void {
  test(name, { timeout }, async (context) => {
    if (!hasPostgres) context.skip(NOT_RUN)
    await run(context)
  })
}
