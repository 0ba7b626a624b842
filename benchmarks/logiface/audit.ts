// An audit line with its HMAC against an ordinary line, both handed to the system one by one.
import { strict as assert } from 'node:assert'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger, lineBackend } from '@loopwright/logiface'
import type { Backend } from '@loopwright/logiface'
import { auditBackend, verifyAudit } from '@loopwright/logiface/audit'
import { defineWorkload } from '../harness/workload.ts'
import { timeLines } from './support/subjects.ts'

const LINES = 20_000
const KEY = 'a secret of enough bytes for this'

async function measure(make: (path: string) => Backend, check: (path: string) => Promise<void>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'audit-bench-'))
  const path = join(folder, 'a.log')
  const backend = make(path)
  const log = createLogger({ backend, levels: { audit: 9 } })
  const median = await timeLines(
    () => log.audit()?.str('user', 'u-12345').str('method', 'GET').num('status', 200).bool('ok', true).msg('done'),
    LINES,
  )
  await backend.close?.()
  await check(path)
  rmSync(folder, { recursive: true })
  return median
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'own line, batch': () =>
      measure(
        (path) => lineBackend({ path }),
        async () => {},
      ),
    'own line, each': () =>
      measure(
        (path) => lineBackend({ path, mode: 'each' }),
        async () => {},
      ),
    'audit line': () =>
      measure(
        (path) => auditBackend({ path, key: KEY, sync: 'none' }),
        async (path) => assert.equal((await verifyAudit(path, { key: KEY })).intact, true),
      ),
  },
  figures: [
    { subject: 'audit line', peer: 'own line, each', ratio: 'cost', target: '<= 8' },
    { subject: 'audit line', peer: 'own line, batch', ratio: 'cost', target: '<= 8' },
  ],
})
