// Issue 9: exports whose transformers run in sandboxes under limits; one of them is hostile, and harms nobody but itself.
import { captureLogger } from '@loopwright/logiface/testing'
import { SandboxMetrics } from '@loopwright/metrics'
import { guestTransformer } from '@loopwright/sql-export'
import { openSqlite } from '@loopwright/sql-export/sqlite'
import { expect, test } from 'vitest'
import { openLoop } from './support/open.ts'
import type { Opened } from './support/open.ts'
import { CANARY, CUSTOMERS, makeShop, rowsOf } from './support/shop.ts'

const HONEST =
  "globalThis.mask = (table, rows) => rows.map(({ email }) => ({ email: email.split('@')[0].split('-').at(-1) + '@example.com' }))"
const TABLES = { customer: { reads: ['email'], writes: ['email'] } }

const transformerOf = async (opened: Opened, source: string, limits = {}, observer?: SandboxMetrics) => {
  const sandbox = await opened.sandbox({ limits, observer })
  await sandbox.run(source)
  return {
    sandbox,
    transform: guestTransformer(sandbox, { entry: 'mask', identity: 'guest/1', tables: TABLES, timeoutMs: 60_000 }),
  }
}

const HOSTILE = [
  ['an endless loop', 'for (;;);', { operationMs: 1000 }, { code: 'ERR_LIMIT_OPERATION' }],
  [
    'an endless loop that swallows what stops it',
    'for (;;) { try { for (;;); } catch {} }',
    { operationMs: 1000 },
    { code: 'ERR_LIMIT_OPERATION' },
  ],
  [
    'memory without end',
    'const kept = []; for (;;) kept.push(new Array(1e5).fill(1))',
    { memoryBytes: 4 << 20 },
    { code: 'ERR_LIMIT_MEMORY' },
  ],
  ['a flood of jobs', 'return (async () => { for (;;) await 0 })()', { maxJobsPerDrain: 1000 }, { code: 'ERR_LIMIT_JOBS' }],
  [
    'an answer beyond all bounds',
    "return rows.map(() => ({ email: 'x'.repeat(1e5) }))",
    { maxResultBytes: 1 << 20 },
    { code: 'ERR_LIMIT_RESULT' },
  ],
  ['a promise that never settles', 'return new Promise(() => {})', { wallMs: 2000 }, { code: 'ERR_LIMIT_WALL' }],
  ['one row too few', 'return rows.slice(1)', {}, undefined],
  ['a key of its own', 'return rows.map(() => ({ id: 1, email: "a@example.com" }))', {}, undefined],
] as const

test.each(HOSTILE)(
  '36 and X-5: a hostile transformer (%s) fails its own export, and nothing of it is written',
  async (_name, body, limits, cause) => {
    using shop = await makeShop()
    await using opened = openLoop()
    const metrics = new SandboxMetrics()
    const { log, lines } = captureLogger({})
    const hostile = await transformerOf(opened, `globalThis.mask = (table, rows) => { ${body} }`, limits, metrics)
    const honest = await transformerOf(opened, HONEST)
    const [failed, passed] = await Promise.allSettled([
      shop.export({ transform: hostile.transform, logger: log }),
      shop.export({ transform: honest.transform }),
    ])
    if (body.includes('id: 1')) {
      // Columns that a transformer may not write are ignored: the key stays the exporter's.
      expect(failed.status).toBe('fulfilled')
    } else {
      expect(failed).toMatchObject({
        status: 'rejected',
        reason: { code: 'ERR_EXPORT_TRANSFORM', ...(cause === undefined ? {} : { cause }) },
      })
      const { reason } = failed as PromiseRejectedResult
      expect(JSON.stringify([reason.message, reason.context, String(reason.cause), reason.stack])).not.toContain(CANARY)
      await using left = await openSqlite(shop.path('copy-1.db'), { create: true })
      await left.execute('CREATE TABLE customer (nothing_here INTEGER)') // would be refused if the table were there
    }
    expect(lines().join('\n')).not.toContain(CANARY)
    expect(passed.status).toBe('fulfilled')
    const { to, report } = (passed as PromiseFulfilledResult<Awaited<ReturnType<typeof shop.export>>>).value
    expect(report.tables.map(({ written }) => written)).toEqual([CUSTOMERS, CUSTOMERS])
    const emails = await rowsOf(shop, to, 'customer', ['email'])
    expect(emails).toEqual(Array.from({ length: CUSTOMERS }, (_, i) => ({ email: `${i + 1}@example.com` })))
    const again = await shop.export({ transform: (await transformerOf(opened, HONEST)).transform })
    expect(again.report.verdict).toBe('complete')
  },
)
