// A disk of PostgreSQL that is full, really: what was committed stays, what was not is gone, and with more room the run goes on.
import { expect } from 'vitest'
import { isExportError, planExport, resumeExport, runExport, verifyExport } from '../src/index.ts'
import { makeDatabase } from './database.ts'
import { postgresFile, runPostgres, serverTest } from './server/postgres.ts'
import { smallDisk } from './server/small-disk.ts'

const file = postgresFile()
const ROWS = 3000
/** About 5 MB of `b`. */
const SOURCE = `CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);
  CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INTEGER NOT NULL REFERENCES a (id), v TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO a SELECT i, 'canary ' || i FROM n;
  INSERT INTO b SELECT id, id, v || ' ' || hex(randomblob(700)) FROM a`
const DISK_MIB = 3

for (const commit of ['batch', 'once'] as const)
  serverTest(
    `a disk of PostgreSQL that is full is ERR_EXPORT_WRITE, temporary, and can be given room: commit ${commit}`,
    async (context) => {
      const { tablespace, resize } = await smallDisk(context, DISK_MIB)
      const to = await file.makeSchema()
      const schema = new URL(to).searchParams.get('schema') ?? ''
      await runPostgres(
        file.url,
        `SET search_path = ${schema}`,
        `SET default_tablespace = ${tablespace}`,
        'CREATE TABLE a (id bigint PRIMARY KEY, v text)',
        'CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a, v text)',
      )
      const count = async (): Promise<unknown> =>
        (
          await runPostgres(file.url, `SELECT (SELECT count(*)::int FROM ${schema}.a), (SELECT count(*)::int FROM ${schema}.b)`)
        )[0]
      const settings = { source: `sqlite:${await makeDatabase(SOURCE)}`, destination: to }
      const plan = await planExport({ ...settings, roots: [{ table: 'b' }], keys: 'keep' })
      const run = (): Promise<unknown> => runExport(plan, { ...settings, commit, commitRows: 1000, batchRows: 250 })
      const failureOf = async (work: Promise<unknown>): Promise<string> => {
        const failure: unknown = await work.catch((error: unknown) => error)
        if (!isExportError(failure)) throw failure
        expect(failure).toMatchObject({ code: 'ERR_EXPORT_WRITE', isTemporary: true, table: { name: 'b' } })
        expect(failure.message).toContain('the disk of the server is full [53100]')
        expect(`${failure.message} ${failure.remedy} ${String(failure.cause)}`).not.toContain('canary')
        return failure.remedy
      }

      const remedy = await failureOf(run())
      if (commit === 'once') {
        expect(await count()).toEqual([0, 0])
        resize(10 * DISK_MIB)
        await run()
      } else {
        expect(remedy).toMatch(/sql-export resume --run [-0-9a-f]+$/)
        const [a, b] = (await count()) as number[]
        expect(a).toBe(ROWS)
        expect(b).toBeGreaterThan(0)
        expect(b).toBeLessThan(ROWS)
        expect(await failureOf(resumeExport(settings))).toBe(remedy) // nobody has made room
        expect(await count()).toEqual([a, b])
        resize(10 * DISK_MIB)
        await resumeExport(settings)
        expect((await verifyExport({ ...settings, content: true })).passed).toBe(true)
      }
      expect(await count()).toEqual([ROWS, ROWS])
    },
  )
