// Lines handed to a function, and loggers where there is no process.
import { afterEach, expect, test, vi } from 'vitest'
import { createLogger, lineBackend, LogError, LogPanicError } from '../src/index.ts'
import type { LineBackendOptions } from '../src/index.ts'
import { bytesText, encodeBytes } from '../src/text/bytes.ts'

const clock = { epochMs: () => 0, nowMs: () => 0 }
afterEach(() => vi.unstubAllGlobals())

/** What a bundler puts in a page. */
function leaveNode(): void {
  vi.stubGlobal('process', { env: {} })
}

test('a sink gets each line at once, without its end, with its level', () => {
  const lines: unknown[] = []
  const backend = lineBackend({ sink: (line, level) => void lines.push([line, level]) })
  const log = createLogger({ backend, clock })
  log.info()?.str('user', 'u1').msg('signed in')
  log.err()?.msg('no')
  expect(lines).toEqual([
    ['{"level":"info","time":0,"user":"u1","msg":"signed in"}', 6],
    ['{"level":"err","time":0,"msg":"no"}', 3],
  ])
  expect(backend.stats()).toEqual({ written: 2, dropped: 0, queuedBytes: 0 })
})

test('lines for people go to a sink when they are asked for, and not by themselves', () => {
  const lines: string[] = []
  for (const pretty of [true, 'auto'] as const)
    createLogger({ backend: lineBackend({ pretty, sink: (line) => void lines.push(line) }), clock })
      .info()
      ?.msg('hello')
  expect(lines[0]).toMatch(/^\S+ .*hello$/)
  expect(lines[1]).toBe('{"level":"info","time":0,"msg":"hello"}')
})

test('a line that the sink does not take is dropped, counted, told once, and said by the next line that it takes', () => {
  const lines: string[] = []
  const errors: Error[] = []
  let refuse = true
  const sink = (line: string): void => {
    if (refuse) throw new Error('quota')
    lines.push(line)
  }
  const backend = lineBackend({ sink })
  const log = createLogger({ backend, clock, onError: (error) => void errors.push(error) })
  log.info()?.msg('one')
  log.info()?.msg('two')
  refuse = false
  log.info()?.msg('three')
  expect(lines).toEqual(['{"level":"warning","time":0,"_dropped":2}', '{"level":"info","time":0,"msg":"three"}'])
  expect(errors).toHaveLength(1)
  expect(errors[0]).toMatchObject({ code: 'ERR_LOG_WRITE' })
  const [{ cause } = new Error('nothing was told')] = errors
  expect(Reflect.get(Object(cause), 'cause')).toEqual(new Error('quota'))
  expect(backend.stats()).toEqual({ written: 1, dropped: 2, queuedBytes: 0 })
})

test('a sink that logs to its own logger does not recurse, and its line is counted', () => {
  const lines: string[] = []
  const backend = lineBackend({
    sink(line) {
      lines.push(line)
      log.info()?.msg('again')
    },
  })
  const log = createLogger({ backend, clock, onError: () => {} })
  log.info()?.msg('first')
  expect(lines).toEqual(['{"level":"info","time":0,"msg":"first"}'])
  expect(backend.stats()).toMatchObject({ written: 1, dropped: 1 })
})

test('a closed backend takes nothing more', async () => {
  const lines: string[] = []
  const backend = lineBackend({ sink: (line) => void lines.push(line) })
  const log = createLogger({ backend, clock })
  await backend.flush?.()
  await expect(backend.flush?.({ signal: AbortSignal.abort() })).rejects.toThrow()
  backend.close()
  log.info()?.msg('late')
  expect([lines, backend.stats().dropped]).toEqual([[], 1])
})

test.each([
  [{ sink: 'console' }, 'sink must be a function'],
  [{ sink: () => {}, path: '/tmp/x' }, 'either sink or path'],
  [{ sink: () => {}, fd: 1 }, 'either sink or fd'],
  [{ sink: () => {}, mode: 'batch' }, 'either sink or mode'],
])('options that contradict a sink are refused: %o', (options, message) => {
  expect(() => lineBackend(options as LineBackendOptions)).toThrow(message)
  expect(() => lineBackend(options as LineBackendOptions)).toThrow(LogError)
})

test('away from Node a logger without a sink is refused, and one with a sink logs bytes and errors', () => {
  leaveNode()
  expect(() => createLogger()).toThrow('give lineBackend a sink')
  const lines: string[] = []
  const log = createLogger({ backend: lineBackend({ sink: (line) => void lines.push(line) }), clock })
  log.info()?.bytes('raw', Uint8Array.of(0, 255)).msg('bytes')
  expect(lines[0]).toContain('"raw":"AP8="')
})

test('away from Node fatal() throws what panic() throws, written or not', () => {
  leaveNode()
  const lines: string[] = []
  const log = createLogger({ backend: lineBackend({ sink: (line) => void lines.push(line) }), clock })
  const cause = new Error('root')
  expect(() => log.fatal().err(cause).msg('over')).toThrow(LogPanicError)
  expect(lines).toHaveLength(1)
  const off = createLogger({ backend: null })
  expect(() => off.fatal().msg('over')).toThrow('over')
})

test('away from Node what nobody asked for is told by reportError, once', () => {
  leaveNode()
  const told: unknown[] = []
  vi.stubGlobal('reportError', (error: unknown) => void told.push(error))
  const sink = (): never => {
    throw new Error('quota')
  }
  const log = createLogger({ backend: lineBackend({ sink }), clock })
  log.info()?.msg('one')
  log.info()?.msg('two')
  expect(told).toHaveLength(1)
  expect(told[0]).toMatchObject({ message: expect.stringContaining('logiface (line, write)'), cause: { code: 'ERR_LOG_WRITE' } })
})

test('bytes are encoded away from Node as Node encodes them', () => {
  for (let length = 0; length < 40; length++) {
    const bytes = Uint8Array.from({ length }, (_, at) => (at * 73 + length * 31) & 255)
    for (const encoding of ['hex', 'base64', 'base64url'] as const)
      expect(encodeBytes(bytes, encoding)).toBe(bytesText(bytes, encoding, 1000))
  }
})
