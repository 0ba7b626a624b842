// Audit lines in batches: when they are written, what a failed write leaves, and what is refused.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { AuditFile } from '../src/audit/audit-file.ts'
import { resolveAuditOptions } from '../src/audit/audit-options.ts'
import type { AuditHead, AuditOptions } from '../src/audit/index.ts'
import { auditBackend, verifyAudit } from '../src/audit/index.ts'
import { createLogger } from '../src/index.ts'
import { FaultyFiles } from './faulty-files.ts'

const KEY = 'a secret of enough bytes'

type Coded = Error & { readonly code?: unknown }

function newPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'audit-batch-')), 'audit.log')
}

function opened(options: Partial<AuditOptions> = {}) {
  const path = newPath()
  const backend = auditBackend({ path, key: KEY, mode: 'batch', sync: 'none', ...options })
  const errors: Coded[] = []
  const log = createLogger({ backend, levels: { audit: 9 }, onError: (error) => errors.push(error) })
  return { path, backend, log, errors }
}

/** An audit file over a file system that fails as it is told. */
function faulty(options: Partial<AuditOptions> = {}) {
  const path = newPath()
  const files = new FaultyFiles()
  const errors: Coded[] = []
  const lost: number[] = []
  const events = {
    head: (levelName: string) => `{"level":"${levelName}","time":0`,
    failed: (error: unknown) => void errors.push(error as Error),
    lost: (lines: number) => void lost.push(lines),
  }
  const open = (): AuditFile =>
    new AuditFile(
      resolveAuditOptions({ path, key: KEY, mode: 'batch', sync: 'none', flushMs: 60_000, ...options }),
      events,
      files,
    )
  const line = (i: number, text = ''): string => `{"level":"audit","time":0,"i":${i},"text":"${text}"`
  return { path, files, errors, lost, open, file: open(), line }
}

const textOf = (path: string): string => readFileSync(path, 'utf8')
const linesOf = (path: string): Record<string, unknown>[] =>
  textOf(path)
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
const numbersOf = (path: string): unknown[] => linesOf(path).flatMap(({ i }) => (i === undefined ? [] : [i]))

test('A-8 a batch is written at batchChars, and the head is that of the last line in the file', async () => {
  const { path, backend, log } = opened({ batchChars: 1000, flushMs: 60_000 })
  const start = backend.head
  log.audit()?.num('i', 0).msg('one')
  log.audit()?.num('i', 1).msg('two')
  expect([statSync(path).size, backend.head, backend.stats().written]).toEqual([0, start, 2])
  expect(backend.stats().queuedBytes).toBeGreaterThan(400)
  for (let i = 2; i < 5; i++) log.audit()?.num('i', i).msg('more')
  const there = numbersOf(path)
  expect(there.length).toBeGreaterThanOrEqual(4)
  expect(backend.head.seq).toBe(there.length)
  expect(await verifyAudit(path, { key: KEY, expectedHead: backend.head })).toMatchObject({ intact: true, lines: there.length })
  backend.close()
  expect(numbersOf(path)).toEqual([0, 1, 2, 3, 4])
  expect(await verifyAudit(path, { key: KEY, expectedHead: backend.head })).toMatchObject({ intact: true, lines: 6 })
})

test('A-8 a batch is written after flushMs, by a timer that keeps no process alive', async () => {
  const { path, backend, log } = opened({ flushMs: 1 })
  log.audit()?.num('i', 0).msg('one')
  expect(statSync(path).size).toBe(0)
  await expect.poll(() => numbersOf(path)).toEqual([0])
  backend.close()
})

test('A-8 a line at crit or worse ends the batch', () => {
  const { path, backend, log } = opened({ flushMs: 60_000 })
  log.err()?.num('i', 0).msg('an error')
  expect(numbersOf(path)).toEqual([])
  log.crit()?.num('i', 1).msg('worse')
  expect(numbersOf(path)).toEqual([0, 1])
  backend.close()
})

test.each(['flushSync', 'flush', 'checkpoint', 'logger.flush', 'logger.flushSync', 'logger.close'])(
  'A-8 what is held is written by %s',
  async (by) => {
    const { path, backend, log } = opened({ flushMs: 60_000 })
    log.audit()?.num('i', 0).msg('one')
    expect(numbersOf(path)).toEqual([])
    const ways: Record<string, () => unknown> = {
      flushSync: () => backend.flushSync(),
      flush: () => backend.flush(),
      checkpoint: () => backend.checkpoint(),
      'logger.flush': () => log.flush(),
      'logger.flushSync': () => log.flushSync(),
      'logger.close': () => log.close(),
    }
    await ways[by]?.()
    expect(numbersOf(path)).toEqual([0])
    expect(backend.stats().queuedBytes).toBe(0)
    backend.close()
  },
)

test('A-8 a flush that is aborted writes nothing', async () => {
  const { path, backend, log } = opened({ flushMs: 60_000 })
  log.audit()?.num('i', 0).msg('one')
  await expect(log.flush({ signal: AbortSignal.abort(new Error('no time')) })).rejects.toThrow('no time')
  expect(numbersOf(path)).toEqual([])
  backend.close()
})

test('A-3 A-8 a checkpoint covers the batch before it, and the anchor gets only heads that are in the file', async () => {
  const heads: AuditHead[] = []
  const path = newPath()
  const seen: boolean[] = []
  const backend = auditBackend({
    path,
    key: KEY,
    mode: 'batch',
    flushMs: 60_000,
    checkpoint: {
      lines: 10,
      anchor: (head) => {
        heads.push(head)
        seen.push(textOf(path).includes(head.hash))
      },
    },
  })
  const log = createLogger({ backend, levels: { audit: 9 } })
  for (let i = 0; i < 25; i++) log.audit()?.num('i', i).msg('m')
  backend.close()
  expect(heads.map(({ seq }) => seq)).toEqual([11, 22, 28])
  expect(seen).toEqual([true, true, true])
  expect(await verifyAudit(path, { key: KEY, expectedHead: heads[1] })).toMatchObject({ intact: true, checkpoints: 3 })
})

test('A-3 A-8 a checkpoint follows a held line after checkpoint.ms', async () => {
  const { backend, log } = opened({ flushMs: 60_000, checkpoint: { ms: 10 } })
  log.audit()?.msg('one')
  await expect.poll(() => backend.head.seq).toBe(2)
  backend.close()
})

test('A-8 sync: checkpoints and flushes force the file to the disk, a batch does not', () => {
  const { files, file, line } = faulty({ sync: 'checkpoint', batchChars: 1 })
  file.append(line(0), false)
  expect(files.calls).toEqual(['write'])
  file.checkpoint()
  expect(files.calls).toEqual(['write', 'write', 'sync'])
  file.append(line(1), false)
  file.sync()
  expect(files.calls.slice(3)).toEqual(['write', 'sync'])
  file.close()
})

test('A-4 A-8 rotation: what is held goes to the old file, the chain goes on in the new one', async () => {
  const { path, backend, log } = opened({ flushMs: 60_000 })
  log.audit()?.num('i', 0).msg('old file')
  renameSync(path, `${path}.1`)
  backend.reopen()
  log.audit()?.num('i', 1).msg('new file')
  backend.close()
  expect([numbersOf(`${path}.1`), numbersOf(path)]).toEqual([[0], [1]])
  expect(await verifyAudit([`${path}.1`, path], { key: KEY, expectedHead: backend.head })).toMatchObject({ intact: true })
})

test('A-4 A-8 a torn line is moved aside before anything is held', async () => {
  const { path, file, open, line } = faulty()
  file.append(line(0), false)
  file.close()
  writeFileSync(path, '{"level":"au', { flag: 'a' })
  const again = open()
  expect(linesOf(path).at(-1)).toMatchObject({ level: 'audit-recovery', _torn: { bytes: 12 } })
  again.append(line(1), false)
  again.close()
  expect(numbersOf(path)).toEqual([0, 1])
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true })
})

test.each(['ENOSPC', 'EIO', 'EPIPE', 'EFBIG'])(
  'A-10 %s in the middle of a batch: the file ends at a whole line, the rest is kept and written later, reported once',
  async (code) => {
    const { path, files, file, line, errors } = faulty()
    for (let i = 0; i < 5; i++) file.append(line(i), false)
    const held = file.queuedBytes
    files.fault = { code, afterBytes: Math.floor(held / 2) }
    expect(() => file.sync()).toThrow(code)
    expect(numbersOf(path)).toEqual([0, 1])
    expect(file.head.seq).toBe(2)
    expect(file.queuedBytes).toBe(held - statSync(path).size)
    expect(await verifyAudit(path, { key: KEY, expectedHead: file.head })).toMatchObject({ intact: true, lines: 2 })
    files.fault = { code, afterBytes: 0 }
    expect(() => file.sync()).toThrow(code)
    expect(file.append(line(5), false)).toBeUndefined()
    expect(errors.map((error) => error.code)).toEqual(['ERR_LOG_WRITE'])
    files.fault = undefined
    expect(file.append(line(6), false)).toBeUndefined()
    expect(numbersOf(path)).toEqual([0, 1, 2, 3, 4, 5, 6].slice(0, numbersOf(path).length))
    file.close()
    expect(numbersOf(path)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(await verifyAudit(path, { key: KEY, expectedHead: file.head })).toMatchObject({ intact: true })
    expect(errors).toHaveLength(1)
  },
)

test('A-10 a short write is continued, and is no failure', async () => {
  const { path, files, file, line, errors } = faulty()
  files.mostBytes = 7
  for (let i = 0; i < 5; i++) file.append(line(i), false)
  file.close()
  expect(numbersOf(path)).toEqual([0, 1, 2, 3, 4])
  expect(errors).toEqual([])
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true })
})

test('A-10 a part of a line that cannot be taken back at once is taken back before the next write', async () => {
  const { path, files, file, line } = faulty()
  file.append(line(0), false)
  file.append(line(1), false)
  files.fault = { code: 'ENOSPC', afterBytes: file.queuedBytes - 5 }
  files.truncateFails = true
  expect(() => file.sync()).toThrow('ENOSPC')
  expect(textOf(path).endsWith('\n')).toBe(false)
  files.fault = undefined
  expect(() => file.sync()).toThrow('EIO')
  expect(file.head.seq).toBe(1)
  files.truncateFails = false
  file.sync()
  expect(numbersOf(path)).toEqual([0, 1])
  file.close()
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true, lines: 3 })
})

test('A-10 what failed is tried again after flushMs, without another line', async () => {
  const { path, files, file, line } = faulty({ flushMs: 5 })
  files.fault = { code: 'ENOSPC', afterBytes: 0 }
  file.append(line(0), true)
  expect(numbersOf(path)).toEqual([])
  const tried = files.calls.length
  await expect.poll(() => files.calls.length).toBeGreaterThan(tried + 1)
  files.fault = undefined
  await expect.poll(() => numbersOf(path)).toEqual([0])
  file.close()
})

test('A-10 beyond maxQueuedBytes lines are refused unsealed, reported once, and told by the first line out', async () => {
  const { path, files, file, line, errors } = faulty({ maxQueuedBytes: 2048 })
  files.fault = { code: 'ENOSPC', afterBytes: 0 }
  const outcomes: unknown[] = []
  for (let i = 0; i < 20; i++) outcomes.push(file.append(line(i), false)?.code)
  const kept = outcomes.filter((code) => code === undefined).length
  expect(kept).toBeGreaterThan(3)
  expect(outcomes.slice(kept)).toEqual(Array.from({ length: 20 - kept }, () => 'ERR_LOG_FULL'))
  expect(file.queuedBytes).toBeLessThanOrEqual(2048 + 300)
  expect(errors.map(({ code }) => code)).toEqual(['ERR_LOG_WRITE', 'ERR_LOG_FULL'])
  files.fault = undefined
  expect(file.append(line(20), false)).toBeUndefined()
  file.close()
  expect(numbersOf(path)).toEqual([...Array(kept).keys(), 20])
  expect(linesOf(path)[kept]).toMatchObject({ level: 'audit-recovery', _dropped: 20 - kept, seq: kept + 1 })
  expect(await verifyAudit(path, { key: KEY, expectedHead: file.head })).toMatchObject({ intact: true, lines: kept + 3 })
})

test('A-10 a batch larger than maxQueuedBytes is written before it waits', () => {
  const { path, file, line } = faulty({ maxQueuedBytes: 1024, batchChars: 2 ** 20 })
  for (let i = 0; i < 10; i++) file.append(line(i, 'x'.repeat(100)), false)
  expect(numbersOf(path).length).toBeGreaterThan(5)
  expect(file.queuedBytes).toBeLessThan(1024)
  file.close()
})

test('A-10 a line that tells of drops and finds no room is tried again', async () => {
  const { path, files, file, line } = faulty({ maxQueuedBytes: 1024 })
  files.fault = { code: 'ENOSPC', afterBytes: 0 }
  for (let i = 0; i < 10; i++) file.append(line(i), false)
  const held = file.queuedBytes
  let writes = 0
  // room for what is held, and for nothing else
  const write = vi.spyOn(files, 'write').mockImplementation((fd, bytes, offset) => {
    files.fault = writes++ === 0 ? undefined : { code: 'ENOSPC', afterBytes: 0 }
    return FaultyFiles.prototype.write.call(files, fd, bytes, offset)
  })
  expect(() => file.sync()).toThrow('ENOSPC')
  expect([statSync(path).size, file.queuedBytes]).toEqual([held, 0])
  write.mockRestore()
  files.fault = undefined
  file.close()
  expect(linesOf(path).at(-2)).toMatchObject({ level: 'audit-recovery' })
  expect(await verifyAudit(path, { key: KEY })).toMatchObject({ intact: true })
})

test('A-5 A-10 in mode each the lines that could not be written are told by the first line out as well', async () => {
  const { path, files, file, line } = faulty({ mode: 'each', flushMs: undefined })
  file.append(line(0), false)
  files.fault = { code: 'ENOSPC', afterBytes: 10 }
  for (let i = 1; i < 4; i++) expect(() => file.append(line(i), false)).toThrow('ENOSPC')
  expect(linesOf(path)).toHaveLength(1)
  files.fault = undefined
  file.append(line(4), false)
  file.close()
  expect(numbersOf(path)).toEqual([0, 4])
  expect(linesOf(path)[1]).toMatchObject({ level: 'audit-recovery', _dropped: 3, seq: 2 })
  expect(await verifyAudit(path, { key: KEY, expectedHead: file.head })).toMatchObject({ intact: true })
})

test('A-10 close throws if what is held cannot be written; it is lost and counted, and the file goes on from its own end', async () => {
  const { path, files, file, line, lost, open } = faulty()
  for (let i = 0; i < 3; i++) file.append(line(i), false)
  files.fault = { code: 'EIO', afterBytes: Math.floor(file.queuedBytes / 2) }
  expect(() => file.close()).toThrow('EIO')
  expect(lost).toEqual([2])
  expect(() => file.append(line(9), false)).toThrow('closed')
  expect(file.queuedBytes).toBe(0)
  files.fault = undefined
  const again = open()
  again.append(line(3), false)
  again.close()
  expect(numbersOf(path)).toEqual([0, 3])
  expect(await verifyAudit(path, { key: KEY, expectedHead: again.head })).toMatchObject({ intact: true })
})

test('A-10 over a device that takes nothing: counted, bounded, and close says so', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-batch-'))
  const link = join(folder, 'audit.log')
  expect(spawnSync('ln', ['-s', '/dev/full', link]).status).toBe(0)
  const errors: Coded[] = []
  const backend = auditBackend({ path: link, mode: 'batch', sync: 'none', maxQueuedBytes: 4096, batchChars: 1000 })
  const log = createLogger({ backend, levels: { audit: 9 }, onError: (error) => errors.push(error) })
  for (let i = 0; i < 100; i++) log.audit()?.num('i', i).msg('m')
  const { written, dropped, queuedBytes } = backend.stats()
  expect(queuedBytes).toBeLessThanOrEqual(4096 + 1000)
  expect([written + dropped, log.stats().written, log.stats().dropped]).toEqual([100, written, dropped])
  expect(errors.map(({ code }) => code)).toEqual(['ERR_LOG_WRITE', 'ERR_LOG_FULL'])
  expect(() => backend.close()).toThrow('ENOSPC')
  expect(backend.stats()).toEqual({ written: 0, dropped: 100, queuedBytes: 0 })
})

test('A-11 what a line of a batch cannot promise is refused, and so is what means nothing without one', () => {
  const path = newPath()
  const refused = (options: object): string => {
    try {
      auditBackend({ path, ...options }).close()
    } catch (error) {
      return `${String(Reflect.get(error as object, 'code'))} ${(error as Error).message}`
    }
    return 'taken'
  }
  expect(refused({ mode: 'batch', failClosed: true })).toMatch(/^ERR_LOG_OPTION failClosed needs mode 'each'/)
  expect(refused({ mode: 'batch', sync: 'line' })).toMatch(/^ERR_LOG_OPTION sync 'line' needs mode 'each'/)
  expect(refused({ mode: 'async' })).toBe('ERR_LOG_OPTION mode must be one of each, batch')
  for (const name of ['batchChars', 'flushMs', 'maxQueuedBytes'])
    expect(refused({ [name]: 2000 })).toBe(`ERR_LOG_OPTION ${name} needs mode 'batch'`)
  expect(refused({ mode: 'batch', batchChars: 0 })).toMatch(/^ERR_LOG_OPTION batchChars must be from 1/)
  expect(refused({ mode: 'batch', flushMs: 0 })).toMatch(/^ERR_LOG_OPTION flushMs must be from 1/)
  expect(refused({ mode: 'batch', maxQueuedBytes: 1 })).toMatch(/^ERR_LOG_OPTION maxQueuedBytes must be from 1024/)
  expect(refused({ mode: 'batch', failClosed: false, sync: 'none', batchChars: 1, flushMs: 1, maxQueuedBytes: 1024 })).toBe(
    'taken',
  )
})
