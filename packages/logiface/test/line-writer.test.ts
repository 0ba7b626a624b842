// The line writer when writing fails, is slow, or is asked to move on.
import { spawn } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { createLogger, lineBackend } from '../src/index.ts'
import type { FilePort } from '../src/line/file-port.ts'
import { LineWriter } from '../src/line/line-writer.ts'
import type { LineWriterOptions } from '../src/line/writer-options.ts'
import { resolveWriterOptions } from '../src/line/writer-options.ts'

const open: LineWriter[] = []
afterEach(() => {
  vi.useRealTimers()
  for (const writer of open.splice(0)) writer.close()
})

/** A descriptor whose answers are chosen: a full disk and a slow pipe cannot be had at will. */
class Device implements FilePort {
  bytes = Buffer.alloc(0)
  /** What the next writes answer: an error's code, or how many bytes are taken. */
  answers: (string | number)[] = []
  /** Answers when those run out. */
  always: string | number = Number.POSITIVE_INFINITY
  held: (() => void)[] = []
  size: number | undefined = undefined
  closed = 0

  open = (): number => 7
  close = (): void => void this.closed++
  regularSize = (): number | undefined => this.size
  fsyncSync = (): void => {}

  writeSync = (_fd: number, bytes: Uint8Array, offset: number, position: number | undefined): number => {
    const answer = this.answers.shift() ?? this.always
    if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer })
    return this.#put(bytes.subarray(offset, offset + answer), position)
  }

  write = (
    _fd: number,
    bytes: Uint8Array,
    offset: number,
    position: number | undefined,
    done: (error: Error | null, written: number) => void,
  ): void => {
    this.held.push(() => {
      const answer = this.answers.shift() ?? this.always
      if (typeof answer === 'string') done(Object.assign(new Error(answer), { code: answer }), 0)
      else done(null, this.#put(bytes.subarray(offset, offset + answer), position))
    })
  }

  get text(): string {
    return this.bytes.toString()
  }

  #put(taken: Uint8Array, position = this.bytes.byteLength): number {
    const end = position + taken.byteLength
    const grown = Buffer.alloc(Math.max(end, this.bytes.byteLength))
    this.bytes.copy(grown)
    grown.set(taken, position)
    this.bytes = grown
    return taken.byteLength
  }
}

function writerOf(device: Device, options: LineWriterOptions): { writer: LineWriter; failures: string[] } {
  const failures: string[] = []
  const writer = new LineWriter(resolveWriterOptions(options), device, {
    failed: ({ code }) => void failures.push(code),
    droppedLine: (count) => `dropped ${count}\n`,
  })
  open.push(writer)
  return { writer, failures }
}

test('X-3 EAGAIN is tried again, short writes are continued', () => {
  const device = new Device()
  device.answers = ['EAGAIN', 3, 'EINTR', 'EAGAIN', 1]
  const { writer, failures } = writerOf(device, { mode: 'each' })
  expect(writer.write('0123456789\n', 6)).toBeUndefined()
  expect([device.text, failures]).toEqual(['0123456789\n', []])
})

test('X-3 past blockMs the line is kept, and each later write tries once', () => {
  const device = new Device()
  device.always = 'EAGAIN'
  const { writer, failures } = writerOf(device, { mode: 'each', blockMs: 3 })
  expect(writer.write('a\n', 6)).toBeUndefined()
  expect(writer.write('b\n', 6)).toBeUndefined()
  expect([device.text, failures, writer.queuedBytes]).toEqual(['', ['ERR_LOG_WRITE'], 4])
  device.always = 1
  expect(writer.write('c\n', 6)).toBeUndefined()
  expect([device.text, writer.queuedBytes]).toEqual(['a\nb\nc\n', 0])
})

test.each(['drop-newest', 'drop-oldest'] as const)(
  'X-4 beyond maxQueuedBytes: %s, counted, told once, and reported by the first line out',
  (onFull) => {
    const device = new Device()
    device.always = 'ENOSPC'
    const { writer, failures } = writerOf(device, { mode: 'each', maxQueuedBytes: 1024, onFull })
    const line = (i: number): string => `${String(i).padStart(99, '0')}\n`
    for (let i = 0; i < 50; i++) writer.write(line(i), 6)
    expect(failures).toEqual(['ERR_LOG_WRITE', 'ERR_LOG_FULL'])
    const { written, dropped } = writer.stats()
    expect([written, dropped, writer.queuedBytes <= 1124]).toEqual([11, 39, true])
    device.always = Number.POSITIVE_INFINITY
    writer.flushSync()
    const kept = device.text.split('\n').slice(0, -1)
    // the line that was half way out when writing failed stays first
    expect(kept).toHaveLength(12)
    expect(kept.filter((text) => text === 'dropped 39')).toHaveLength(1)
    expect(kept.at(-1)).toBe(line(onFull === 'drop-newest' ? 10 : 49).trim())
    writer.write(line(50), 6)
    expect(device.text.endsWith(line(50))).toBe(true)
    expect(failures).toHaveLength(2)
  },
)

test('X-4 block waits until there is room', () => {
  const device = new Device()
  device.answers = Array.from({ length: 40 }, () => 'ENOSPC')
  const { writer } = writerOf(device, { mode: 'each', maxQueuedBytes: 1024, onFull: 'block' })
  for (let i = 0; i < 60; i++) writer.write(`${String(i).padStart(99, '0')}\n`, 6)
  writer.flushSync()
  expect([device.text.split('\n').length - 1, writer.stats().dropped]).toEqual([60, 0])
})

test('X-4 a reader that is gone closes the writer, once', () => {
  const device = new Device()
  device.always = 'EPIPE'
  const { writer, failures } = writerOf(device, { mode: 'each', fd: 7 })
  writer.write('a\n', 6)
  expect(writer.write('b\n', 6)).toMatchObject({ code: 'ERR_LOG_CLOSED' })
  expect([failures, writer.isClosed, writer.stats().dropped, device.closed]).toEqual([['ERR_LOG_CLOSED'], true, 2, 0])
})

test('X-4 a full disk keeps the logger alive: counted, reported, and told on recovery', () => {
  const fd = openSync('/dev/full', constants.O_WRONLY)
  const errors: string[] = []
  const backend = lineBackend({ fd, mode: 'each', maxQueuedBytes: 2048 })
  const log = createLogger({ backend, onError: (error) => errors.push(error.message) })
  for (let i = 0; i < 100; i++) log.info()?.num('i', i).msg('x'.repeat(100))
  expect(errors).toHaveLength(2)
  expect(backend.stats().dropped).toBeGreaterThan(70)
  expect(log.stats()).toMatchObject({ written: 100 - backend.stats().dropped, dropped: backend.stats().dropped })
  backend.close()
  closeSync(fd)
})

test('X-4 a blocked pipe: memory stays bounded', { timeout: 180_000 }, async () => {
  const script = `
    import { Socket } from 'node:net'
    import { createLogger, lineBackend } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)}
    new Socket({ fd: 1, readable: false }).unref() // from here on the pipe does not block: it answers EAGAIN
    const backend = lineBackend({ maxQueuedBytes: 1 << 20, blockMs: 10 })
    const log = createLogger({ backend, onError() {} })
    for (let i = 0; i < 80_000; i++) log.info()?.num('i', i).msg('a line that nobody reads')
    const { written, dropped, queuedBytes } = backend.stats()
    process.send({ total: written + dropped, dropped: dropped > 50_000, bounded: queuedBytes < 1.2 * (1 << 20) }, () => process.kill(process.pid, 'SIGKILL'))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const seen = await new Promise((resolve) => {
    child.once('message', resolve)
    child.once('exit', (status, signal) => resolve(`ended without a message: ${String(status ?? signal)}`))
  })
  expect(seen).toEqual({ total: 80_000, dropped: true, bounded: true })
})

test.each(['each', 'batch', 'async'] as const)('X-6 writes are cut between lines only, in mode %s', (mode) => {
  const device = new Device()
  const pieces: string[] = []
  const { write, writeSync } = device
  device.writeSync = (fd, bytes, offset, position) => {
    pieces.push(Buffer.from(bytes.subarray(offset)).toString())
    return writeSync(fd, bytes, offset, position)
  }
  device.write = (fd, bytes, offset, position, done) => {
    pieces.push(Buffer.from(bytes.subarray(offset)).toString())
    write(fd, bytes, offset, position, done)
  }
  const { writer } = writerOf(device, { mode, batchChars: 50 })
  const lines = Array.from({ length: 60 }, (_, i) => `${'漢'.repeat((i * 7) % 40)} ${i}\n`)
  for (const line of lines) {
    writer.write(line, 6)
    if (device.held.length > 0 && line.length % 3 === 0) device.held.shift()?.()
  }
  while (device.held.length > 0) device.held.shift()?.()
  writer.flushSync()
  expect(device.text).toBe(lines.join(''))
  for (const piece of pieces) expect(piece.endsWith('\n')).toBe(true)
})

test('X-5 async: one write in flight, order kept, and at exit the chunk in flight is written again at its place', async () => {
  const device = new Device()
  device.size = 0
  const { writer } = writerOf(device, { path: 'x', mode: 'async', batchChars: 10 })
  for (let i = 0; i < 10; i++) writer.write(`line ${i}\n`, 6)
  expect(device.held).toHaveLength(1)
  const late = device.held.shift()
  writer.flushSync()
  const whole = Array.from({ length: 10 }, (_, i) => `line ${i}\n`).join('')
  expect(device.text).toBe(whole)
  late?.() // the abandoned write comes back: the same bytes at the same place
  expect(device.text).toBe(whole)
  writer.write('line 10\n', 6)
  writer.write('line 11\n', 6)
  const flushed = writer.flush()
  while (device.held.length > 0) device.held.shift()?.()
  await flushed
  expect(device.text).toBe(`${whole}line 10\nline 11\n`)
})

test('X-5 async: short and failed background writes are taken up where they stopped', () => {
  vi.useFakeTimers()
  const device = new Device()
  const { writer, failures } = writerOf(device, { mode: 'async', batchChars: 4, flushMs: 5 })
  device.answers = [2, 'EAGAIN', 1]
  for (const line of ['aaa\n', 'bbb\n', 'ccc\n']) writer.write(line, 6)
  for (let i = 0; i < 20; i++) {
    device.held.shift()?.()
    vi.advanceTimersByTime(5)
  }
  expect([device.text, failures, writer.queuedBytes]).toEqual(['aaa\nbbb\nccc\n', ['ERR_LOG_WRITE'], 0])
})

test('X-5 async: a descriptor is closed only when no background write can still use it', () => {
  const device = new Device()
  device.size = 0
  const { writer } = writerOf(device, { path: 'x', mode: 'async', batchChars: 1 })
  writer.write('a\n', 6)
  writer.close()
  expect([device.text, device.closed]).toEqual(['a\n', 0])
  device.held.shift()?.()
  expect([device.text, device.closed]).toEqual(['a\n', 1])
})

test('X-5 flush of an async writer obeys its signal', async () => {
  const device = new Device()
  const { writer } = writerOf(device, { mode: 'async' })
  writer.write('a\n', 6)
  const controller = new AbortController()
  const flushed = writer.flush({ signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(flushed).rejects.toThrow('enough')
  await expect(writer.flush({ signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
})

test('X-6 a line holds no line break or control character but the one at its end', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'writer-')), 'a.log')
  const backend = lineBackend({ path, mode: 'each' })
  const log = createLogger({ backend })
  const nasty = Array.from({ length: 0x2030 }, (_, code) => String.fromCharCode(code)).join('')
  log
    .info()
    ?.str('s', nasty)
    .str(nasty, 'k')
    .json('o', { [nasty]: [nasty] })
    .err(new Error(nasty))
    .raw('raw', `{"a":"${'\u0085\u2028'}",\n"b":1}`)
    .msg(nasty)
  for (const char of nasty) log.info()?.str('c', char).raw('r', JSON.stringify(char)).msg(char)
  backend.close()
  const text = readFileSync(path, 'utf8')
  expect(text.match(/\n/g)).toHaveLength(nasty.length + 1)
  // eslint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/)
  for (const line of text.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
})

test('X-7 reopen goes on in a new file; nothing is lost between the two', () => {
  for (const mode of ['each', 'batch', 'async'] as const) {
    const path = join(mkdtempSync(join(tmpdir(), 'writer-')), 'a.log')
    const backend = lineBackend({ path, mode })
    const log = createLogger({ backend })
    for (let i = 0; i < 3000; i++) {
      if (i % 1000 === 999) {
        renameSync(path, `${path}.${i}`)
        backend.reopen()
      }
      log.info()?.num('i', i).msg()
    }
    backend.close()
    const text = ['.999', '.1999', '.2999', ''].map((suffix) => readFileSync(path + suffix, 'utf8')).join('')
    expect(
      text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { i: number }).i),
    ).toEqual(Array.from({ length: 3000 }, (_, i) => i))
  }
})

test('X-8 the flush timer is armed only while bytes wait', () => {
  vi.useFakeTimers()
  const device = new Device()
  const { writer } = writerOf(device, { flushMs: 50 })
  expect(vi.getTimerCount()).toBe(0)
  writer.write('a\n', 6)
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(49)
  expect(device.text).toBe('')
  vi.advanceTimersByTime(1)
  expect([device.text, vi.getTimerCount()]).toEqual(['a\n', 0])
  writer.write('b\n', 2) // crit is written at once
  expect([device.text, vi.getTimerCount()]).toEqual(['a\nb\n', 0])
})

test('X-1 the exit listener goes with the writer', () => {
  const before = process.listenerCount('exit')
  const { writer } = writerOf(new Device(), {})
  expect(process.listenerCount('exit')).toBe(before + 1)
  writer.close()
  writer.close()
  expect(process.listenerCount('exit')).toBe(before)
})

test.each<[string, LineWriterOptions]>([
  ['path', { path: '' }],
  ['path', { path: '/no/such/folder/a.log' }],
  ['not both', { path: 'a', fd: 1 }],
  ['fd', { fd: -1 }],
  ['mode', { mode: 'sync' as 'each' }],
  ['batchChars', { batchChars: 0 }],
  ['flushMs', { flushMs: 0 }],
  ['maxQueuedBytes', { maxQueuedBytes: 1 }],
  ['onFull', { onFull: 'grow' as 'block' }],
  ['blockMs', { blockMs: Number.NaN }],
])('a bad option of the writer is refused: %s', (member, options) => {
  expect(() => lineBackend(options)).toThrow(
    expect.objectContaining({ code: 'ERR_LOG_OPTION', message: expect.stringContaining(member) }),
  )
})
