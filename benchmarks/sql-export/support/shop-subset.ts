// The exporter's copy of the shop's subset, as the workloads on it time it.
import { planExport, runExport } from '@loopwright/sql-export'
import { openPostgres } from '@loopwright/sql-export/postgres'
import { ROOT, SUBSET_ROWS, requireSame, withShop } from './shop-postgres.ts'

/** Closure, new keys, validation, load, verification and sequences: milliseconds from two open databases to the report. */
export const exportSubset = (references: 'bulk' | 'enforced'): Promise<number> =>
  withShop(async (from, to) => {
    await using source = await openPostgres(from, { readOnly: true })
    await using destination = await openPostgres(to)
    const startedAt = performance.now()
    const plan = await planExport({ source, destination, roots: [ROOT], references, counts: false })
    const report = await runExport(plan, { source, destination, commitRows: 1_000_000 })
    const ms = performance.now() - startedAt
    const written = report.tables.reduce((sum, table) => sum + table.written, 0)
    if (written !== SUBSET_ROWS) throw new Error(`${written} rows`)

    await requireSame(from, to)
    return ms
  })
