// Servers that ask for a password: one that is wrong or lacking is told without it, and the destination stays as it was.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import type { TestContext } from 'vitest'
import { isExportError, planExport, resumeExport, runExport } from '../src/index.ts'
import type { RowTransformer } from '../src/index.ts'
import { makeDatabase, testFolder } from './database.ts'
import { HOST, MARIADB_PORT } from './server/answers.ts'
import { SERVER as MARIADB, hasMariadb, makeMariadb, runMariadb } from './server/mariadb.ts'
import { passwordServer } from './server/password-server.ts'
import { runPostgres } from './server/postgres.ts'

const CLI = join(import.meta.dirname, '../dist/cli.js')
const ROWS = 3000
const SOURCE = `CREATE TABLE s (id INTEGER PRIMARY KEY);
  CREATE TABLE t (id INTEGER PRIMARY KEY, s_id INTEGER NOT NULL REFERENCES s (id));
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO s SELECT i FROM n;
  INSERT INTO t SELECT id, id FROM s`
const TABLES = [
  'CREATE TABLE s (id bigint PRIMARY KEY)',
  'CREATE TABLE t (id bigint PRIMARY KEY, s_id bigint NOT NULL, FOREIGN KEY (s_id) REFERENCES s (id))',
]
/** How many rows of each are there. */
const COUNTS = "SELECT concat((SELECT count(*) FROM s), '+', (SELECT count(*) FROM t))"

/** With what a URL has to escape. */
const secret = (): string => `${randomBytes(6).toString('hex')}@s/3:cr#t?`

interface Guarded {
  readonly place: string
  readonly user: string
  /** Where the command looks for a password that no URL has. */
  readonly variable: string
  url(password: string | undefined): string
  /** Runs a statement as someone who needs no password, or knows it. @returns the rows, every value as text. */
  run(sql: string): Promise<unknown[][]>
  setPassword(password: string): Promise<unknown>
}

async function guardedPostgres(context: TestContext, password: string): Promise<Guarded> {
  const user = 'carrier'
  const port = await passwordServer(context, user, password)
  let known = password
  const url = (given: string | undefined): string =>
    `postgres://${user}${given === undefined ? '' : `:${encodeURIComponent(given)}`}@${HOST}:${port}/postgres`
  const run = (sql: string): Promise<unknown[][]> => runPostgres(url(known), sql)
  const setPassword = async (next: string): Promise<void> => {
    await run(`ALTER ROLE ${user} PASSWORD '${next}'`)
    known = next
  }
  return { place: `${HOST}:${port}`, user, variable: 'PGPASSWORD', url, run, setPassword }
}

async function guardedMariadb(context: TestContext, password: string): Promise<Guarded> {
  if (!hasMariadb) context.skip(`needs mariadb: nothing answers on ${HOST}:${MARIADB_PORT}`)
  const user = `carrier_${randomBytes(6).toString('hex')}`
  const base = new URL(await makeMariadb())
  await runMariadb(MARIADB, `CREATE USER '${user}'@'%' IDENTIFIED BY '${password}'`)
  onTestFinished(async () => void (await runMariadb(MARIADB, `DROP USER '${user}'@'%'`)))
  await runMariadb(MARIADB, `GRANT ALL ON ${base.pathname.slice(1)}.* TO '${user}'@'%'`)
  return {
    place: base.host,
    user,
    variable: 'MYSQL_PWD',
    url: (given) => {
      const url = new URL(base)
      url.username = user
      if (given !== undefined) url.password = encodeURIComponent(given)
      return url.href
    },
    run: (sql) => runMariadb(base.href, sql),
    setPassword: (next) => runMariadb(MARIADB, `ALTER USER '${user}'@'%' IDENTIFIED BY '${next}'`),
  }
}

const spellings = (password: string): readonly string[] => [password, encodeURIComponent(password), JSON.stringify(password)]

beforeAll(() => {
  if (!existsSync(CLI)) throw new Error('build the package first')
})

for (const [engine, open] of [
  ['postgres', guardedPostgres],
  ['mariadb', guardedMariadb],
] as const)
  test(`Z-5 ERR_EXPORT_CONNECTION a wrong password is told without it, and leaves the destination as it was: ${engine}`, {
    timeout: 120_000,
  }, async (context) => {
    const right = secret()
    const wrong = secret()
    const { place, user, variable, url, run, setPassword } = await open(context, right)
    vi.stubEnv(variable, undefined)
    onTestFinished(() => void vi.unstubAllEnvs())
    const refused = async (work: Promise<unknown>): Promise<void> => {
      const error: unknown = await work.catch((reason: unknown) => reason)
      if (!isExportError(error)) throw error
      expect(error).toMatchObject({ code: 'ERR_EXPORT_CONNECTION', isTemporary: false })
      expect(error.message).toContain(`${place}: the server refused user "${user}"`)
      expect(error.remedy).toContain(`Check user and password: in the URL`)
      expect(error.remedy).toContain(variable)
      const said = [error.stack, error.message, error.remedy, String(error.cause), JSON.stringify(error)].join('\n')
      for (const text of [...spellings(right), ...spellings(wrong)]) expect(said).not.toContain(text)
    }
    for (const sql of TABLES) await run(sql)
    const source = `sqlite:${await makeDatabase(SOURCE)}`
    const config = { roots: [{ table: 't' }], keys: 'keep' } as const
    const here = engine === 'postgres' ? 'current_schema()' : 'database()'
    const tables = async (): Promise<unknown> =>
      (
        await run(`SELECT count(*) FROM information_schema.tables WHERE table_schema = ${here} AND table_name LIKE 'loopwright%'`)
      )[0]?.[0]
    const plan = await planExport({ source, destination: url(right), ...config })
    for (const given of [wrong, undefined]) {
      await refused(planExport({ source, destination: url(given), ...config }))
      await refused(runExport(plan, { source, destination: url(given) }))
      await refused(planExport({ source: url(given), ...config }))
    }
    expect([String(await tables()), await run(COUNTS)]).toEqual(['0', [['0+0']]])

    // it changes between the death of a run and its end
    let isFirst = true
    const transform: RowTransformer = {
      identity: 'dies once',
      tables: { t: { reads: [], writes: [] } },
      transform: ({ rows }) => {
        if (!isFirst) return rows
        isFirst = false
        throw new Error('dies')
      },
    }
    const parts = { source, commitRows: 1000, batchRows: 500, transform }
    await expect(runExport(plan, { ...parts, destination: url(right) })).rejects.toMatchObject({ code: 'ERR_EXPORT_TRANSFORM' })
    const half = [[`${ROWS}+0`]]
    expect(await run(COUNTS)).toEqual(half)
    await setPassword(wrong)
    await refused(resumeExport({ source, destination: url(right), transform }))
    expect(await run(COUNTS)).toEqual(half)
    await resumeExport({ source, destination: url(wrong), transform })
    expect(await run(COUNTS)).toEqual([[`${ROWS}+${ROWS}`]])

    const file = join(testFolder(), 'config.json')
    writeFileSync(file, JSON.stringify({ roots: [{ table: 't' }] }))
    const command = (from: string, more: NodeJS.ProcessEnv) =>
      spawnSync(process.execPath, [CLI, 'plan', '--from', from, '--config', file], {
        encoding: 'utf8',
        env: { ...process.env, NODE_NO_WARNINGS: '1', ...more },
        timeout: 30_000,
      })
    expect(command(url(undefined), { [variable]: wrong })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('t') as string,
    })
    const failed = command(url(right), {})
    expect(failed).toMatchObject({ status: 1, stdout: '' })
    expect(failed.stderr).toContain(`${place}: the server refused user "${user}"`)
    expect(failed.stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
    for (const text of [...spellings(right), ...spellings(wrong)]) expect(failed.stderr).not.toContain(text)
  })
