// The subset of the shop from one PostgreSQL database into another: the exporter, and COPY … TO | COPY … FROM of the same rows.
import { pipeline } from 'node:stream/promises'
import pgCopyStreams from 'pg-copy-streams'
import { defineWorkload } from '../harness/workload.ts'
import { EDGES, SUBSET, notRun, openClient, requireSame, withShop } from './support/shop-postgres.ts'
import { exportSubset } from './support/shop-subset.ts'

/** The floor: the same rows with the keys they have, in the same bulk mode, with the same checks of references and counts. */
const copy = (): Promise<number> =>
  withShop(async (from, to) => {
    const source = await openClient(from)
    const destination = await openClient(to)
    try {
      const startedAt = performance.now()
      await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      await destination.query('BEGIN; SET LOCAL session_replication_role = replica')
      for (const [table, rows, where] of SUBSET) {
        const into = destination.query(pgCopyStreams.from(`COPY ${table} FROM STDIN`))
        await pipeline(source.query(pgCopyStreams.to(`COPY (SELECT * FROM ${table} WHERE ${where}) TO STDOUT`)), into)
        if (into.rowCount !== rows) throw new Error(`${table}: ${into.rowCount} rows`)
      }
      for (const [child, column, parent] of EDGES) {
        const { rows } = await destination.query<{ count: string }>(
          `SELECT count(*) FROM ${child} WHERE ${column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${parent} AS p WHERE p.id = ${child}.${column})`,
        )
        if (rows[0]?.count !== '0') throw new Error(`${child}.${column}: ${rows[0]?.count} orphans`)
      }
      for (const [table] of SUBSET) {
        await destination.query(`SELECT count(*) FROM ${table}`)
        if (table !== 'order_item') await destination.query(`SELECT setval('${table}_id_seq', max(id)) FROM ${table}`)
      }
      await destination.query('COMMIT')
      await source.query('COMMIT')
      const ms = performance.now() - startedAt
      await requireSame(from, to)
      return ms
    } finally {
      await source.end()
      await destination.end()
    }
  })

export const workload = defineWorkload({
  unit: 'ms',
  subjects: { export: () => exportSubset('bulk'), 'export, enforced': () => exportSubset('enforced'), 'COPY to COPY': copy },
  figures: [
    { subject: 'export', peer: 'COPY to COPY', ratio: 'speedup', target: '>= 0.6' },
    { subject: 'export, enforced', peer: 'COPY to COPY', ratio: 'speedup' },
  ],
  notRun,
})
