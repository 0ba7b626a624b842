// The journal's two tables in PostgreSQL.
import type { Journal } from '../port/destination.ts'
import type { JournalBatch } from '../structure/journal.ts'
import { journaledRun } from '../structure/journal.ts'
import type { PostgresConnection } from './connection.ts'
import { queryText } from './connection.ts'
import { guarded } from './errors.ts'

const CREATE_RUN = `CREATE TABLE IF NOT EXISTS loopwright_export_run (run_id text PRIMARY KEY, position bigint GENERATED ALWAYS AS IDENTITY,
  identity text NOT NULL, state text NOT NULL, plan text NOT NULL, facts text NOT NULL)`
const CREATE_BATCH = `CREATE TABLE IF NOT EXISTS loopwright_export_batch (run_id text NOT NULL, step text NOT NULL, first bigint NOT NULL,
  last bigint NOT NULL, rows bigint NOT NULL, PRIMARY KEY (run_id, step, first))`

/** The journal in the default schema. A statement that fails would end the transaction, so tables are looked for first. */
export function postgresJournal(connection: PostgresConnection): Journal {
  const journaled = <T>(work: () => Promise<T>): Promise<T> =>
    guarded('ERR_EXPORT_JOURNAL', 'the journal could not be read or written', {}, work)
  const isThere = async (): Promise<boolean> =>
    (await queryText(connection, "SELECT to_regclass(quote_ident(current_schema()) || '.loopwright_export_run')")) !== null
  return {
    create: () => journaled(() => connection.execute(`${CREATE_RUN}; ${CREATE_BATCH}`)),
    drop: () => journaled(() => connection.execute('DROP TABLE IF EXISTS loopwright_export_batch, loopwright_export_run')),
    runs: () =>
      journaled(async () => {
        if (!(await isThere())) return []
        const { rows } = await connection.query(
          'SELECT run_id, identity, state, plan, facts FROM loopwright_export_run ORDER BY position',
        )
        return rows.map(journaledRun)
      }),
    insertRun: ({ runId, identity, state, plan, facts }) =>
      journaled(async () => {
        const sql = 'INSERT INTO loopwright_export_run (run_id, identity, state, plan, facts) VALUES ($1, $2, $3, $4, $5)'
        await connection.query(sql, [runId, identity, state, plan, facts])
      }),
    setState: (runId, state, facts) =>
      journaled(async () => {
        const sql = 'UPDATE loopwright_export_run SET state = $2, facts = coalesce($3, facts) WHERE run_id = $1'
        await connection.query(sql, [runId, state, facts ?? null])
      }),
    batches: (runId) =>
      journaled(async () => {
        const sql = 'SELECT step, first, last, rows FROM loopwright_export_batch WHERE run_id = $1 ORDER BY step, first'
        const { rows } = await connection.query(sql, [runId])
        return rows.map(
          ([table, first, last, count]): JournalBatch => ({
            runId,
            table: table ?? '',
            first: Number(first),
            last: Number(last),
            rows: Number(count),
          }),
        )
      }),
    insertBatch: ({ runId, table, first, last, rows }) =>
      journaled(async () => {
        const sql = 'INSERT INTO loopwright_export_batch (run_id, step, first, last, rows) VALUES ($1, $2, $3, $4, $5)'
        await connection.query(sql, [runId, table, String(first), String(last), String(rows)])
      }),
    deleteBatches: (runId) =>
      journaled(async () => {
        await connection.query('DELETE FROM loopwright_export_batch WHERE run_id = $1', [runId])
      }),
  }
}
