// Rows that belong together, from one PostgreSQL database into another: 158 886 of the shop, with all that they refer to.
import { defineWorkload } from '../harness/workload.ts'
import { pgSampleAbsent, pgSampleSubset } from '../sql-export/support/pg-sample.ts'
import { exportSubset } from '../sql-export/support/shop-subset.ts'

export const workload = defineWorkload({
  unit: 'ms',
  subjects: { 'sql-export': () => exportSubset('bulk'), 'pg_sample and psql': pgSampleSubset },
  figures: [{ subject: 'sql-export', peer: 'pg_sample and psql', ratio: 'speedup' }],
  notRun: pgSampleAbsent,
})
