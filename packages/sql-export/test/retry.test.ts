// O-7: conflicts with other sessions, made by triggers at the destination.
import { expect, test } from 'vitest'
import { planExport, runExport } from '../src/index.ts'
import { openMysql } from '../src/mysql/index.ts'
import { openSqlite } from '../src/sqlite/index.ts'
import { makeDatabase } from './database.ts'
import { requireEngines, testEngines } from './server/engines.ts'
import { listenToPostgres } from './server/statements.ts'

const engines = testEngines()
const ROWS = 3000
const MANY = `CREATE TABLE a (id INTEGER PRIMARY KEY, v TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO a SELECT i + 100, 'v' || i FROM n`

/** Fails inserts with the error `raise` makes, so many times. Counters are outside transactions. */
const CLASHES = {
  postgres: (raise: string, times: number): string =>
    `CREATE TABLE a (id bigint PRIMARY KEY, v text); CREATE SEQUENCE clashes; CREATE FUNCTION clash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
     IF nextval('clashes') <= ${times} THEN RAISE SQLSTATE '${raise}'; END IF; RETURN NULL; END $$;
     CREATE TRIGGER clash BEFORE INSERT ON a FOR EACH STATEMENT EXECUTE FUNCTION clash(); ALTER TABLE a ENABLE ALWAYS TRIGGER clash`,
  mysql: (raise: string, times: number): string =>
    `CREATE TABLE a (id bigint PRIMARY KEY, v varchar(40)); CREATE TABLE clashes (n bigint) ENGINE = MyISAM; INSERT INTO clashes VALUES (0);
     CREATE TRIGGER clash BEFORE INSERT ON a FOR EACH ROW BEGIN
     IF NEW.id % 3000 = 1 THEN UPDATE clashes SET n = n + 1; IF (SELECT n FROM clashes) <= ${times} THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = ${raise}; END IF; END IF; END`,
}
const CLASH_CASES = [
  ['postgres', '40001', ''],
  ['postgres', '40P01', ''],
  ['mysql', '1213', '?localInfile=off'],
  ['mysql', '1213', ''],
] as const

for (const [engine, raise, how] of CLASH_CASES)
  test(`O-7 a run that another session is in the way of is begun again, twice at most: ${engine} ${raise} ${how}`, {
    timeout: 60_000,
  }, async (context) => {
    requireEngines(context, engine)
    await using source = await openSqlite(await makeDatabase(MANY), { readOnly: true })
    for (const times of [1, 2, 3]) {
      const there = await engines.make(engine, '')
      await there.run(CLASHES[engine](raise, times))
      await using destination = engine === 'mysql' ? await openMysql(`${there.url}${how}`) : await there.open()
      const plan = await planExport({ source, destination, roots: [{ table: 'a' }], counts: false, keys: 'keep' })
      const counted: string[] = []
      const meter = { add: (name: string) => void (name.endsWith('retries') && counted.push(name)), record: () => {} }
      const run = runExport(plan, { source, destination, meter })
      if (times < 3) {
        const report = await run
        expect(report.notes.join()).toContain(`the run was begun ${times + 1} times`)
        expect(await there.rows('SELECT count(*) FROM a')).toEqual([[String(ROWS)]])
        expect(report.tables).toMatchObject([{ read: ROWS, written: ROWS }])
      } else {
        await expect(run).rejects.toMatchObject({ code: 'ERR_EXPORT_WRITE', isTemporary: true })
        expect(await there.rows('SELECT count(*) FROM a')).toEqual([['0']])
      }
      expect(counted).toHaveLength(Math.min(times, 2))
      await destination.close()
    }
  })

test('O-7 nothing is tried again once rows are committed, nor for any other failure', { timeout: 60_000 }, async (context) => {
  requireEngines(context, 'postgres')
  await using source = await openSqlite(await makeDatabase(MANY), { readOnly: true })
  for (const [raise, from, options] of [
    ['40001', 3, { commitRows: 1000, batchRows: 500 }],
    ['55P03', 1, {}],
  ] as const) {
    const there = await engines.make('postgres', '')
    const clash = CLASHES.postgres(raise, from).replace('<=', '=')
    await there.run(clash)
    await using destination = await there.open()
    const plan = await planExport({ source, destination, roots: [{ table: 'a' }], counts: false })
    const { sent } = listenToPostgres()
    await expect(runExport(plan, { source, destination, ...options })).rejects.toMatchObject({
      code: 'ERR_EXPORT_WRITE',
      isTemporary: true,
    })
    expect(sent.filter((sql) => sql.startsWith('COPY'))).toHaveLength(from)
  }
})
