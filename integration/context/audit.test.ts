// Review item 39: what a guest did, in a log of logiface's whose chain shows what was changed afterwards.
import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Limiter } from '@loopwright/catrate'
import { alsContext } from '@loopwright/eventloop'
import { createLogger } from '@loopwright/logiface'
import { auditBackend, auditSink, verifyAudit } from '@loopwright/logiface/audit'
import { pinoBackend } from '@loopwright/logiface-pino'
import { winstonBackend } from '@loopwright/logiface-winston'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import winston from 'winston'
import { openLoop } from '../boundaries/support/open.ts'

const KEY = 'a key of the tests, and of nothing else'
const requests = new AsyncLocalStorage<{ readonly requestId: string }>()
const context = { ...alsContext(requests), correlationId: () => requests.getStore()?.requestId }

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'guest-audit-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Line {
  readonly event?: string
  readonly code?: string
  readonly tenant?: string
  readonly requestId?: string
  readonly correlationId?: string
  readonly detail?: { readonly name?: string }
}

test('39 and A-2: calls, denials, limits and ends of two tenants are chained; a changed, a removed and a cut line are found', async () => {
  const path = join(folder, 'guests.log')
  const backend = auditBackend({ path, key: KEY, failClosed: true })
  const audit = auditSink(createLogger({ backend, levels: { audit: 9 }, context: requests }), 'audit')
  const tenants = new Limiter({ windows: [{ windowMs: 60_000, count: 2 }] })
  {
    await using opened = openLoop()
    for (const tenant of ['acme', 'umbrella']) {
      const sandbox = await opened.sandbox({
        audit,
        auditRequired: true,
        tenant,
        context,
        admission: { tenants },
        limits: { operationMs: 2000 }, // time enough for what is to end by itself, on a stalled machine too
      })
      sandbox.expose('read', async (what: string) => `contents of ${what}`)
      await requests.run({ requestId: `r-${tenant}` }, async () => {
        await sandbox.run("Promise.allSettled(['a', 'b', 'c'].map(async (x) => read(x)))")
        await expect(sandbox.run('for (;;);')).rejects.toMatchObject({ code: 'ERR_LIMIT_OPERATION' })
      })
      sandbox.close()
    }
  }
  backend.close()
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true })
  const text = readFileSync(path, 'utf8')
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)
  for (const tenant of ['acme', 'umbrella']) {
    const own = lines.filter((line) => line.tenant === tenant)
    const count = (event: string, code?: string): number =>
      own.filter((line) => line.event === event && line.code === code).length
    expect(count('call.admitted')).toBe(2)
    expect(count('call.settled')).toBe(2)
    expect(count('call.refused', 'ERR_RATE_LIMITED')).toBe(1)
    expect(count('limit.fired', 'ERR_LIMIT_OPERATION')).toBe(1)
    expect(count('sandbox.created') + count('sandbox.closed', 'ERR_SANDBOX_CLOSED')).toBe(2)
    const ofRequest = own.filter((line) => line.correlationId !== undefined)
    expect(ofRequest.length).toBeGreaterThan(8)
    expect(new Set(ofRequest.map((line) => line.correlationId))).toEqual(new Set([`r-${tenant}`]))
    expect(new Set(ofRequest.map((line) => line.requestId))).toEqual(new Set([`r-${tenant}`]))
  }
  expect(text).not.toContain('contents of')

  const all = text.split('\n')
  const refused = all.findIndex((line) => line.includes('call.refused'))
  const forged: readonly (readonly [string, readonly string[]])[] = [
    [
      'a denial that became an admission',
      all.map((line, at) => (at === refused ? line.replace('call.refused', 'call.settled') : line)),
    ],
    ['a denial that was taken out', all.filter((_line, at) => at !== refused)],
    ['a call under another tenant', all.map((line, at) => (at === refused ? line.replace('acme', 'other') : line))],
  ]
  for (const [what, changed] of forged) {
    writeFileSync(path, changed.join('\n'))
    expect(await verifyAudit(path, { key: KEY }), what).toMatchObject({ intact: false })
  }
})

test('A-2 and A-11: a log in batches takes the records of guests, but not where each must be written', async () => {
  const path = join(folder, 'batched.log')
  const backend = auditBackend({ path, key: KEY, mode: 'batch', flushMs: 60_000 })
  const audit = auditSink(createLogger({ backend, levels: { audit: 9 } }), 'audit')
  {
    await using opened = openLoop()
    await expect(opened.sandbox({ audit, auditRequired: true })).rejects.toThrow(/auditRequired .* mode 'each'/)
    const sandbox = await opened.sandbox({ audit })
    expect(await sandbox.run('6 * 7')).toBe(42)
    expect(readFileSync(path, 'utf8')).toBe('')
    sandbox.close()
  }
  backend.close()
  const text = readFileSync(path, 'utf8')
  expect(text).toContain('"event":"operation.end"')
  expect(await verifyAudit(path, { key: KEY, expectedHead: backend.head })).toMatchObject({ intact: true })
})

test('A-11, P-12 and W-7: an audit that must be written is not taken over a pino destination that writes later, nor over winston', async () => {
  const overPino = (dest: string, sync: boolean) =>
    auditSink(createLogger({ backend: pinoBackend(pino({}, pino.destination({ dest, sync }))), levels: { audit: 9 } }), 'audit')
  const file = new winston.transports.File({ filename: join(folder, 'winston.log') })
  const overWinston = auditSink(
    createLogger({ backend: winstonBackend(winston.createLogger({ transports: file })), levels: { audit: 9 } }),
    'audit',
  )
  await using opened = openLoop()
  for (const audit of [overPino(join(folder, 'later.log'), false), overWinston])
    await expect(opened.sandbox({ audit, auditRequired: true })).rejects.toThrow(/auditRequired .* may hold records/)
  const path = join(folder, 'pino.log')
  const sandbox = await opened.sandbox({ audit: overPino(path, true), auditRequired: true })
  expect(await sandbox.run('6 * 7')).toBe(42)
  sandbox.close()
  expect(readFileSync(path, 'utf8')).toContain('"event":"operation.end"')

  await expect(opened.sandbox({ audit: overPino('/dev/full', true), auditRequired: true })).rejects.toMatchObject({
    code: 'ERR_AUDIT_WRITE',
  })
})
