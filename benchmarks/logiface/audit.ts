// An audit line with its HMAC against an ordinary line, by the mode that both are written in.
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
const MODES = ['batch', 'each'] as const
type Mode = (typeof MODES)[number]

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

function own(mode: Mode): Promise<number> {
  return measure(
    (path) => lineBackend({ path, mode }),
    async () => {},
  )
}

function audit(mode: Mode): Promise<number> {
  return measure(
    (path) => auditBackend({ path, key: KEY, mode, sync: 'none' }),
    async (path) => assert.equal((await verifyAudit(path, { key: KEY })).intact, true),
  )
}

export const workload = defineWorkload({
  unit: 'ns',
  subjects: {
    'own line, batch': () => own('batch'),
    'own line, each': () => own('each'),
    'audit line, batch': () => audit('batch'),
    'audit line, each': () => audit('each'),
  },
  figures: MODES.map((mode) => ({ subject: `audit line, ${mode}`, peer: `own line, ${mode}`, ratio: 'cost', target: '<= 8' })),
})
