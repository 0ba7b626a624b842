// Compares the rows of a run at the destination with the source's: read again, mapped and masked again.
import { abortReason, cancelOnAbort } from '../mechanism/abort.ts'
import { computeClosure } from '../mechanism/closure.ts'
import { LimitWatch } from '../mechanism/limits.ts'
import { loadTable } from '../mechanism/load.ts'
import type { VerifyCheck } from '../mechanism/verify.ts'
import type { Destination } from '../port/destination.ts'
import type { Source, SourceSnapshot } from '../port/source.ts'
import { columnOf, findTable } from '../structure/catalog.ts'
import type { Catalog } from '../structure/catalog.ts'
import type { Plan, PlanTable } from '../structure/plan.ts'
import { copiedColumns } from '../structure/plan.ts'
import { RowTags } from '../structure/row-tag.ts'
import { configError } from '../vocabulary/errors.ts'
import { sameTable, tableId, tableText } from '../vocabulary/table-ref.ts'
import { keyMemory } from '../face/key-budget.ts'
import { requireSourceSchema } from '../face/destination-schema.ts'
import type { ResolvedRunOptions } from '../face/run-options.ts'
import { noCounts } from '../face/run-report.ts'
import { factsToState, requireSameKeys } from '../face/run-state.ts'
import type { ComparedTable, Comparison } from './compare-rows.ts'
import { ComparingWriter, addToSum } from './compare-rows.ts'
import type { JournaledRun } from './journaled-run.ts'

export interface ContentVerdict {
  readonly checks: readonly VerifyCheck[]
  readonly notes: readonly string[]
}

type Readable = Destination & Source

function requireReadable(destination: Destination): Readable {
  if ('begin' in destination && 'quoteName' in destination) return destination as Readable
  throw configError('this destination cannot be read: its content cannot be verified', 'Open it by an opener of this package.')
}

/**
 * Reads the closure of a run again and compares every row with the one at the destination: keys and references mapped as the run
 * did, columns masked again. Values never leave it: what differs is counted by column.
 * @throws ExportError `ERR_EXPORT_SOURCE_CHANGED` if the source has other keys than the run began with.
 */
export async function verifyContent(
  { plan, facts }: JournaledRun,
  source: Source,
  destination: Destination,
  options: ResolvedRunOptions,
): Promise<ContentVerdict> {
  const readable = requireReadable(destination)
  const catalog = await source.readCatalog()
  requireSourceSchema(plan, source, catalog)
  const { signal, batchRows } = options
  // as rows are in the end: what was NULL at first has been updated
  const written = { ...plan, edges: plan.edges.map((edge) => ({ ...edge, load: 'verify-only' as const, patch: [] })) }
  const memory = keyMemory(options.keyMemoryBytes, options.workDir)
  const tags = new RowTags(options.maskKey, options.showKeys)
  const snapshot = await source.begin()
  let there: SourceSnapshot | undefined
  let release = cancelOnAbort(signal, [snapshot])
  try {
    const closure = await computeClosure(written, catalog, snapshot, {
      batchRows,
      signal,
      secrets: options.secrets,
      tags,
      onPage: () => {},
    })
    requireSameKeys(closure, facts)
    there = await readable.begin()
    release()
    release = cancelOnAbort(signal, [snapshot, there])
    const { starts } = factsToState(closure, facts)
    const checks: VerifyCheck[] = []
    const notes: string[] = []
    for (const table of plan.tables) {
      if (table.rows !== 'copy') continue
      if (table.onConflict === 'skip') {
        notes.push(`${tableText(table.id)}: not compared: rows that were there already were left as they were`)
        continue
      }
      const compared = comparedTable(plan, table, catalog)
      const writer = new ComparingWriter(there, compared)
      const load = {
        ...options,
        plan: written,
        catalog,
        closure,
        blocks: starts,
        tags,
        limits: new LimitWatch({ ...plan.limits, maxBytes: null, deadlineMs: null }),
        onRows: () => {},
        onPage: () => {},
        onWritten: async () => {},
      }
      await loadTable(table.id, snapshot, { openWriter: () => writer }, load, noCounts(), 0)
      const { result } = writer
      if (result.byKey) checks.push(...checksOf(table, result))
      else if (facts.done?.[tableId(table.id)]?.after === result.rows)
        checks.push(await compareWhole(readable, there, compared, result))
      else notes.push(`${tableText(table.id)}: not compared: it has no key that was copied, and rows of others`)
    }
    return { checks, notes }
  } catch (error) {
    throw abortReason(signal, error)
  } finally {
    release()
    try {
      await there?.end()
    } finally {
      memory.close()
      await snapshot.end()
    }
  }
}

function comparedTable(plan: Plan, table: PlanTable, catalog: Catalog): ComparedTable {
  const known = findTable(catalog, table.id)
  const columns = copiedColumns(table)
  const isSameEngine = plan.destination?.engine === plan.source.engine
  return {
    table,
    columns: columns.map(({ name }) => name),
    kinds: columns.map(({ name, sourceType, destinationType, kind }) =>
      isSameEngine && sourceType === destinationType ? 'exact' : known === undefined ? kind : columnOf(known, name).kind,
    ),
  }
}

function checksOf({ id }: PlanTable, { missing, changed, changedIn }: Comparison): VerifyCheck[] {
  const name = tableText(id)
  const columns = [...changedIn].map(([column, violations]) => ({
    name: `content of ${name}.${column}`,
    passed: false,
    violations,
  }))
  return [
    { name: `rows of the source in ${name}`, passed: missing === 0, violations: missing },
    { name: `content of ${name}`, passed: changed === 0, violations: changed },
    ...columns,
  ]
}

/** A table whose rows cannot be sought one by one: all of them as one set. */
async function compareWhole(
  readable: Readable,
  there: SourceSnapshot,
  compared: ComparedTable,
  { sum: expected, rows: count }: Comparison,
): Promise<VerifyCheck> {
  const { id } = compared.table
  const quoted = [...(id.schema === null ? [] : [id.schema]), id.name].map((part) => readable.quoteName(part)).join('.')
  const sql = `SELECT ${compared.columns.map((name) => readable.quoteName(name)).join(', ')} FROM ${quoted}`
  let sum = 0n
  let rows = 0
  for await (const chunk of there.readRoot(sql, []))
    for (const row of chunk.rows) {
      sum = addToSum(sum, compared, row)
      rows++
    }
  const passed = sum === expected && rows === count
  return { name: `content of ${tableText(id)}`, passed, violations: passed ? 0 : Math.max(1, Math.abs(rows - count)) }
}

/** Edges of the plan that the destination does not declare. */
export function undeclaredEdges(plan: Plan, catalog: Catalog): Plan['edges'] {
  return plan.edges.filter(
    ({ child, childColumns, parent, cut, kind, predicate }) =>
      !cut &&
      (kind !== 'declared' || predicate !== null || findTable(catalog, child) !== undefined) &&
      !(findTable(catalog, child)?.edges ?? []).some(
        (edge) => sameTable(edge.parent, parent) && edge.columns.join('\0') === childColumns.join('\0'),
      ),
  )
}
