// The journal's two tables in MySQL and MariaDB.
import type { Journal } from '../port/destination.ts'
import type { JournalBatch } from '../structure/journal.ts'
import { journaledRun } from '../structure/journal.ts'
import type { MysqlConnection } from './connection.ts'
import { queryTexts, textsOf } from './connection.ts'
import { guarded } from './errors.ts'
import { quoteText } from './value-text.ts'

const TAIL = 'ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin'
const CREATE_RUN = `CREATE TABLE IF NOT EXISTS loopwright_export_run (run_id varchar(64) PRIMARY KEY, position bigint NOT NULL AUTO_INCREMENT UNIQUE,
  identity longtext NOT NULL, state varchar(20) NOT NULL, plan longtext NOT NULL, facts longtext NOT NULL) ${TAIL}`
const CREATE_BATCH = `CREATE TABLE IF NOT EXISTS loopwright_export_batch (run_id varchar(64) NOT NULL, step varchar(300) NOT NULL, \`first\` bigint NOT NULL,
  \`last\` bigint NOT NULL, \`rows\` bigint NOT NULL, PRIMARY KEY (run_id, step, \`first\`)) ${TAIL}`
const IS_THERE =
  "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'loopwright_export_run'"

/** @param afterDdl - called after statements that commit by themselves, so that the transaction goes on. */
export function mysqlJournal(connection: MysqlConnection, afterDdl: () => Promise<void>): Journal {
  const journaled = <T>(work: () => Promise<T>): Promise<T> =>
    guarded('ERR_EXPORT_JOURNAL', 'the journal could not be read or written', {}, work)
  const run = (sql: string): Promise<void> => journaled(async () => void (await connection.execute(sql)))
  return {
    create: () =>
      journaled(async () => {
        await connection.execute(CREATE_RUN)
        await connection.execute(CREATE_BATCH)
        await afterDdl()
      }),
    drop: () =>
      journaled(async () => {
        await connection.execute('DROP TABLE IF EXISTS loopwright_export_batch, loopwright_export_run')
        await afterDdl()
      }),
    runs: () =>
      journaled(async () => {
        if ((await queryTexts(connection, IS_THERE)).length === 0) return []
        const rows = await connection.query(
          'SELECT run_id, identity, state, plan, facts FROM loopwright_export_run ORDER BY position',
        )
        return rows.map((row) => journaledRun(textsOf(row)))
      }),
    insertRun: ({ runId, identity, state, plan, facts }) =>
      run(
        `INSERT INTO loopwright_export_run (run_id, identity, state, plan, facts) VALUES (${[runId, identity, state, plan, facts].map(quoteText).join(', ')})`,
      ),
    setState: (runId, state, facts) =>
      run(
        `UPDATE loopwright_export_run SET state = ${quoteText(state)}${facts === undefined ? '' : `, facts = ${quoteText(facts)}`} WHERE run_id = ${quoteText(runId)}`,
      ),
    batches: (runId) =>
      journaled(async () => {
        const sql = `SELECT step, \`first\`, \`last\`, \`rows\` FROM loopwright_export_batch WHERE run_id = ${quoteText(runId)} ORDER BY step, \`first\``
        return (await connection.query(sql)).map((row): JournalBatch => {
          const [table, first, last, count] = textsOf(row)
          return { runId, table: table ?? '', first: Number(first), last: Number(last), rows: Number(count) }
        })
      }),
    insertBatch: ({ runId, table, first, last, rows }) =>
      run(
        `INSERT INTO loopwright_export_batch (run_id, step, \`first\`, \`last\`, \`rows\`) VALUES (${quoteText(runId)}, ${quoteText(table)}, ${first}, ${last}, ${rows})`,
      ),
    deleteBatches: (runId) => run(`DELETE FROM loopwright_export_batch WHERE run_id = ${quoteText(runId)}`),
  }
}
