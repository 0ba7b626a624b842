// An audit file that the system lets grow no further: a real limit on its size, in a process of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { auditBackend, verifyAudit } from '../../src/audit/index.ts'
import { createLogger } from '../../src/index.ts'

const LIMIT_KIB = 16
const KEY = 'a secret of more than sixteen bytes'
const DIST = JSON.stringify(new URL('../../dist/', import.meta.url).href)

test.each([3, 1000])(
  'A-5 a full disk: the file ends at a whole line, is intact, and goes on later; a checkpoint every %i lines',
  async (lines) => {
    const path = join(mkdtempSync(join(tmpdir(), 'audit-full-')), 'audit.log')
    const script = `
    const { createLogger } = await import(${DIST} + 'index.js')
    const { auditBackend } = await import(${DIST} + 'audit/index.js')
    const backend = auditBackend({ path: ${JSON.stringify(path)}, key: ${JSON.stringify(KEY)}, sync: 'checkpoint', checkpoint: { lines: ${lines} } })
    const errors = []
    const log = createLogger({ backend, levels: { audit: 9 }, onError: (error) => errors.push(error.cause?.code ?? error.message) })
    const outcomes = []
    for (let i = 0; i < 200; i++) outcomes.push(log.emit('audit', (event) => { event.addField('i', i) })?.code ?? 'written')
    process.stdout.write(JSON.stringify({ outcomes, stats: log.stats(), errors: errors.length, head: backend.head }))`
    // ulimit counts in KiB; Node ignores the signal that comes with the limit, and gets EFBIG after a write in part
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-c', `ulimit -f ${LIMIT_KIB}; exec "$0" --input-type=module -e "$1"`, process.execPath, script],
      { encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([0, ''])
    const seen = JSON.parse(stdout) as {
      outcomes: string[]
      stats: { written: number; dropped: number }
      errors: number
      head: { seq: number; hash: string }
    }
    const written = seen.outcomes.filter((outcome) => outcome === 'written').length
    expect(written).toBeGreaterThan(20)
    expect(seen.outcomes.at(-1)).toBe('ERR_LOG_WRITE')
    expect(seen.stats).toMatchObject({ written, dropped: 200 - written })
    expect(seen.errors).toBeGreaterThanOrEqual(200 - written)

    const text = readFileSync(path, 'utf8')
    expect(statSync(path).size).toBeLessThanOrEqual(LIMIT_KIB * 1024)
    expect(text.endsWith('}\n')).toBe(true)
    const numbers = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string; i?: number })
      .flatMap(({ level, i }) => (level === 'audit' ? [i] : []))
    expect(numbers).toEqual(seen.outcomes.flatMap((outcome, i) => (outcome === 'written' ? [i] : [])))
    expect((await verifyAudit(path, { key: KEY })).intact).toBe(true)

    const backend = auditBackend({ path, key: KEY })
    createLogger({ backend, levels: { audit: 9 } })
      .audit()
      ?.msg('there is room again')
    backend.close()
    expect((await verifyAudit(path, { key: KEY, expectedHead: backend.head })).intact).toBe(true)
  },
)

test('A-10 a full disk, mode batch: bounded memory, whole lines only, and at exit only what is held is lost', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'audit-full-')), 'audit.log')
  const script = `
    const { statSync, readFileSync } = await import('node:fs')
    const { createLogger } = await import(${DIST} + 'index.js')
    const { auditBackend } = await import(${DIST} + 'audit/index.js')
    const path = ${JSON.stringify(path)}
    const backend = auditBackend({ path, key: ${JSON.stringify(KEY)}, mode: 'batch', sync: 'none', batchChars: 1024, maxQueuedBytes: 8192, flushMs: 60_000 })
    const errors = []
    const log = createLogger({ backend, levels: { audit: 9 }, onError: (error) => errors.push(error.code) })
    const taken = []
    const emit = (i) => { if (log.emit('audit', (event) => { event.addField('i', i) }) === undefined) taken.push(i) }
    for (let i = 0; i < 500; i++) emit(i)
    const full = { stats: backend.stats(), size: statSync(path).size, head: backend.head, text: readFileSync(path, 'utf8') }
    let refused = 'no'
    try { backend.flushSync() } catch (error) { refused = error.code }
    process.stdout.write(JSON.stringify({ taken, full, refused, errors }))`
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', `ulimit -f ${LIMIT_KIB}; exec "$0" --input-type=module -e "$1"`, process.execPath, script],
    { encoding: 'utf8' },
  )
  expect([status, stderr]).toEqual([0, ''])
  const seen = JSON.parse(stdout) as {
    taken: number[]
    full: {
      stats: { written: number; dropped: number; queuedBytes: number }
      size: number
      head: { seq: number; hash: string }
      text: string
    }
    refused: string
    errors: string[]
  }
  expect(seen.full.size).toBeLessThanOrEqual(LIMIT_KIB * 1024)
  expect(seen.full.text.endsWith('}\n')).toBe(true)
  expect(seen.full.stats.queuedBytes).toBeLessThanOrEqual(8192 + 1024 + 300)
  expect(seen.full.stats).toMatchObject({ written: seen.taken.length, dropped: 500 - seen.taken.length })
  expect(seen.refused).toBe('EFBIG')
  expect(seen.errors).toEqual(['ERR_LOG_WRITE', 'ERR_LOG_FULL'])
  // at exit what is held is lost: the file is a chain of the first lines that were taken
  const numbers = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => (JSON.parse(line) as { i?: number }).i ?? [])
  expect(numbers.length).toBeGreaterThan(30)
  expect(numbers).toEqual(seen.taken.slice(0, numbers.length))
  expect(await verifyAudit(path, { key: KEY, expectedHead: seen.full.head })).toMatchObject({ intact: true })

  const backend = auditBackend({ path, key: KEY, mode: 'batch' })
  createLogger({ backend, levels: { audit: 9 } })
    .audit()
    ?.msg('there is room again')
  backend.close()
  expect(await verifyAudit(path, { key: KEY, expectedHead: backend.head })).toMatchObject({ intact: true })
})

test('A-4 a lock that a full disk does not take is no lock: the file can be opened once there is room', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'audit-full-')), 'audit.log')
  const options = { path, key: KEY }
  const script = `
    const { auditBackend } = await import(${DIST} + 'audit/index.js')
    try { auditBackend(${JSON.stringify(options)}) } catch (error) { process.stdout.write(error.code) }`
  const { stdout } = spawnSync('bash', ['-c', 'ulimit -f 0; exec "$0" --input-type=module -e "$1"', process.execPath, script], {
    encoding: 'utf8',
  })
  expect(stdout).toBe('EFBIG')
  expect(existsSync(`${path}.lock`)).toBe(false)
  auditBackend(options).close()
})
