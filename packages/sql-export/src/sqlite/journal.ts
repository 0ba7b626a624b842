// The journal's two tables in a SQLite file.
import type { JournalBatch, JournalRun, RunState } from '../structure/journal.ts'
import { journaledRun } from '../structure/journal.ts'
import type { Cell } from '../vocabulary/cell.ts'
import type { SqliteConnection } from './connection.ts'
import { queryAll } from './connection.ts'

const TABLES = `
CREATE TABLE IF NOT EXISTS loopwright_export_run (run_id TEXT PRIMARY KEY NOT NULL, identity TEXT NOT NULL, state TEXT NOT NULL, plan TEXT NOT NULL, facts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS loopwright_export_batch (run_id TEXT NOT NULL, step TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (run_id, step, first));
`

function execute(connection: SqliteConnection, sql: string, params: readonly Cell[]): void {
  const statement = connection.prepare(sql)
  try {
    statement.run(params)
  } finally {
    statement.finalize()
  }
}

function hasJournal(connection: SqliteConnection): boolean {
  return (
    queryAll(connection, "SELECT 1 AS one FROM sqlite_schema WHERE type = 'table' AND name = 'loopwright_export_run'").length > 0
  )
}

export function createJournal(connection: SqliteConnection): void {
  connection.exec(TABLES)
}

export function dropJournal(connection: SqliteConnection): void {
  connection.exec('DROP TABLE IF EXISTS loopwright_export_batch; DROP TABLE IF EXISTS loopwright_export_run')
}

export function readRuns(connection: SqliteConnection): JournalRun[] {
  if (!hasJournal(connection)) return []
  return queryAll(connection, 'SELECT run_id, identity, state, plan, facts FROM loopwright_export_run ORDER BY rowid').map(
    (row) => journaledRun(row.map(String)),
  )
}

export function insertRun(connection: SqliteConnection, { runId, identity, state, plan, facts }: JournalRun): void {
  execute(connection, 'INSERT INTO loopwright_export_run (run_id, identity, state, plan, facts) VALUES (?, ?, ?, ?, ?)', [
    runId,
    identity,
    state,
    plan,
    facts,
  ])
}

export function setRunState(connection: SqliteConnection, runId: string, state: RunState, facts: string | null): void {
  const sql = 'UPDATE loopwright_export_run SET state = ?, facts = coalesce(?, facts) WHERE run_id = ?'
  execute(connection, sql, [state, facts, runId])
}

export function readBatches(connection: SqliteConnection, runId: string): JournalBatch[] {
  return queryAll(
    connection,
    'SELECT step, first, last, rows FROM loopwright_export_batch WHERE run_id = ? ORDER BY step, first',
    [runId],
  ).map(([table, first, last, rows]) => ({
    runId,
    table: String(table),
    first: Number(first),
    last: Number(last),
    rows: Number(rows),
  }))
}

export function insertBatch(connection: SqliteConnection, { runId, table, first, last, rows }: JournalBatch): void {
  execute(connection, 'INSERT INTO loopwright_export_batch (run_id, step, first, last, rows) VALUES (?, ?, ?, ?, ?)', [
    runId,
    table,
    BigInt(first),
    BigInt(last),
    BigInt(rows),
  ])
}

export function deleteBatches(connection: SqliteConnection, runId: string): void {
  execute(connection, 'DELETE FROM loopwright_export_batch WHERE run_id = ?', [runId])
}
