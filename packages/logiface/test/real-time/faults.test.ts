// Faults that only the system can make: a disk that takes no more, a reader that is gone, a file renamed under the writer, a second copy.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'

const DIST = JSON.stringify(new URL('../../dist/', import.meta.url).href)
const HEAD = `const { createLogger, lineBackend, flushOnSignals } = await import(${DIST} + 'index.js')
const errors = []
const onError = (error) => errors.push(error.code)`

test.each(['each', 'batch', 'async'])(
  'X-4 a full disk, mode %s: bounded memory, counted drops, and a line that tells',
  (mode) => {
    const path = join(mkdtempSync(join(tmpdir(), 'full-')), 'a.log')
    const script = `${HEAD}
    const { truncateSync } = await import('node:fs')
    const backend = lineBackend({ path: ${JSON.stringify(path)}, mode: '${mode}', maxQueuedBytes: 8192, batchChars: 1024 })
    const log = createLogger({ backend, onError })
    for (let i = 0; i < 2000; i++) {
      log.info()?.num('i', i).msg('m'.repeat(50))
      if (i % 20 === 0) await log.flush()
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
    const full = { ...backend.stats() }
    truncateSync(${JSON.stringify(path)}) // room again, as when somebody clears the disk
    log.info()?.msg('after')
    for (let i = 0; i < 50 && backend.stats().queuedBytes > 0; i++) {
      await log.flush()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    backend.flushSync()
    process.stdout.write(JSON.stringify({ full, after: backend.stats(), errors }))
    backend.close()`
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-c', 'ulimit -f 16; exec "$0" --input-type=module -e "$1"', process.execPath, script],
      { encoding: 'utf8' },
    )
    expect([status, stderr]).toEqual([0, ''])
    const { full, after, errors } = JSON.parse(stdout) as Record<'full' | 'after', Record<'dropped' | 'queuedBytes', number>> & {
      errors: string[]
    }
    expect(full.dropped).toBeGreaterThan(1000)
    expect(full.queuedBytes).toBeLessThanOrEqual(8192 + 2048)
    expect(errors.filter((code) => code === 'ERR_LOG_WRITE')).toHaveLength(1)
    expect(errors.filter((code) => code === 'ERR_LOG_FULL')).toHaveLength(1)
    expect(after.queuedBytes).toBe(0)
    const text = readFileSync(path, 'utf8')
    const told = text.split('\n').filter((line) => line.includes('_dropped'))
    expect(told).toHaveLength(1)
    expect((JSON.parse(told[0] as string) as { _dropped: number })._dropped).toBe(full.dropped)
    expect(text.split('\n').filter((line) => line.includes('"msg":"after"'))).toHaveLength(1)
  },
)

test.each(['each', 'batch', 'async'])('X-4 EPIPE, mode %s: a reader that is gone costs lines, not the process', async (mode) => {
  const script = `${HEAD}
    const backend = lineBackend({ fd: 1, mode: '${mode}', maxQueuedBytes: 8192 })
    const log = createLogger({ backend, onError })
    log.info()?.msg('first')
    await log.flush()
    process.once('message', async () => {
      for (let i = 0; i < 1000; i++) log.info()?.num('i', i).msg('m'.repeat(50))
      await log.flush()
      process.send({ stats: backend.stats(), errors })
      process.disconnect()
    })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
  child.stdout?.destroy()
  await once(child.stdout as NonNullable<typeof child.stdout>, 'close')
  child.send('go')
  const [[seen], [status]] = (await Promise.all([once(child, 'message'), once(child, 'exit')])) as [
    [{ stats: { dropped: number; queuedBytes: number }; errors: string[] }],
    [number],
  ]
  expect([status, complaints]).toEqual([0, ''])
  expect(seen.stats.queuedBytes).toBe(0)
  expect(seen.stats.dropped).toBeGreaterThan(0)
  expect(seen.errors.filter((code) => code === 'ERR_LOG_CLOSED')).toHaveLength(1)
})

test.each(['each', 'batch', 'async'])('X-7 rotation by rename, mode %s: no line of 10 000 is lost between the files', (mode) => {
  const folder = mkdtempSync(join(tmpdir(), 'rotate-'))
  const path = join(folder, 'a.log')
  const script = `${HEAD}
    const { renameSync } = await import('node:fs')
    const path = ${JSON.stringify(path)}
    const backend = lineBackend({ path, mode: '${mode}' })
    const log = createLogger({ backend, onError })
    let files = 0
    for (let i = 0; i < 10_000; i++) {
      log.info()?.num('i', i).msg('m')
      if (i % 997 === 0) await new Promise(setImmediate)
      if (i % 2500 === 2499) {
        renameSync(path, path + '.' + ++files)
        backend.reopen()
      }
    }
    await log.flush()
    backend.close()
    process.stdout.write(String(files) + errors.join(''))`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect([status, stderr, stdout]).toEqual([0, '', '4'])
  const numbers = ['.1', '.2', '.3', '.4', ''].flatMap((suffix) =>
    readFileSync(path + suffix, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { i: number }).i),
  )
  expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, i) => i))
})

test('M-1 two copies of the package: sentinels and codes match, and a logger of one works as the port of the other', async () => {
  const own = new URL('../../dist/', import.meta.url)
  const folder = mkdtempSync(new URL('../../node_modules/.copy-', import.meta.url).pathname)
  try {
    cpSync(own, folder, { recursive: true })
    const load = (url: string): Promise<typeof import('../../src/index.ts')> => import(/* @vite-ignore */ url)
    const a = await load(new URL('index.js', own).href)
    const b = await load(pathToFileURL(join(folder, 'index.js')).href)
    expect(a.createLogger).not.toBe(b.createLogger)
    expect([a.ErrDisabled === b.ErrDisabled, a.ErrLimited === b.ErrLimited]).toEqual([true, true])
    const log = a.createLogger({ backend: null })
    expect(log.emit('info', () => undefined)).toBe(b.ErrDisabled)
    let thrown: unknown
    try {
      a.createLogger({ level: 'loud' as 'info' })
    } catch (error) {
      thrown = error
    }
    expect(b.isLogError(thrown, 'ERR_LOG_LEVEL')).toBe(true)
    const path = join(folder, 'a.log')
    const backend = b.lineBackend({ path, mode: 'each' })
    a.createLogger({ backend }).info()?.json('o', { a: 1 }).err(new Error('x')).msg('from one into the other')
    backend.close()
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ o: { a: 1 }, msg: 'from one into the other' })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
