// The subset of the shop from one PostgreSQL database into another: the exporter, and pg_sample loaded by psql. Its tables keep
// their keys and their next keys are not set; ours are new, checked, and ready for the next row.
import { defineWorkload } from '../harness/workload.ts'
import { pgSampleAbsent, pgSampleSubset } from './support/pg-sample.ts'
import { exportSubset } from './support/shop-subset.ts'

export const workload = defineWorkload({
  unit: 'ms',
  subjects: { export: () => exportSubset('bulk'), 'pg_sample and psql': pgSampleSubset },
  figures: [{ subject: 'export', peer: 'pg_sample and psql', ratio: 'speedup', target: '>= 1.5' }],
  notRun: pgSampleAbsent,
})
