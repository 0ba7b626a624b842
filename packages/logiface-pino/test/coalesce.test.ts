// The lines of one turn of the event loop, handed to pino's stream as one string.
import { createLogger } from '@loopwright/logiface'
import { pino as pino10 } from 'pino'
import { describe, expect, test } from 'vitest'
import { pinoBackend } from '../src/index.ts'
import type { PinoOptions } from './pino-cases.ts'
import { createSink } from './pino-cases.ts'
import { timestamp } from './setup.ts'

describe('P-11 coalesce', () => {
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  const open = (sink: object, options: PinoOptions = {}) => {
    const errors: Error[] = []
    const backend = pinoBackend(pino10({ base: null, timestamp, ...options }, sink as never), { coalesce: true })
    return { log: createLogger({ backend, onError: (error) => errors.push(error) }), backend, errors }
  }

  test('the lines of one turn reach the stream as one string', async () => {
    const sink = createSink()
    const { log } = open(sink)
    log.info()?.msg('a')
    log.info()?.msg('b')
    expect(sink.lines).toEqual([])
    await turn()
    expect(sink.lines).toEqual(['{"level":30,"time":1,"msg":"a"}\n{"level":30,"time":1,"msg":"b"}\n'])
    log.info()?.msg('c')
    await turn()
    expect(sink.lines.length).toBe(2)
  })

  test('no more than 16 KiB wait, a flush hands on, and a line that pino flushes at once is not held back', async () => {
    const sink = Object.assign(createSink(), { flushSync() {} })
    const { log } = open(sink)
    for (let i = 0; i < 1000; i++) log.info()?.msg('some text that makes the line longer')
    expect(Math.max(...sink.lines.map(({ length }) => length))).toBeLessThan(16_384 + 200)
    expect(sink.lines.join('').split('\n').length).toBeGreaterThan(700)
    log.flushSync()
    expect(sink.lines.join('').split('\n').length).toBe(1001)
    log.info()?.msg('before')
    log.emerg()?.msg('now')
    expect(sink.lines.slice(-2).map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['before', 'now'])
    log.info()?.msg('last')
    await log.flush()
    expect(sink.lines.at(-1)).toContain('last')
    log.info()?.msg('final')
    await log.flushFinal()
    expect(sink.lines.at(-1)).toContain('final')
  })

  test('the streamWrite hook sees each line, and lines for a multistream are routed one by one', () => {
    const sink = createSink()
    const hooked = open(sink, { hooks: { streamWrite: (line) => `>${line}` } })
    hooked.log.info()?.msg('a')
    hooked.log.info()?.msg('b')
    hooked.log.flushSync()
    expect(sink.lines.join('').match(/>/g)?.length).toBe(2)
    const errors = createSink()
    const multi = open(pino10.multistream([{ level: 'error', stream: errors }]))
    multi.log.err()?.msg('e')
    multi.log.info()?.msg('i')
    expect(errors.lines.length).toBe(1)
  })

  test('a stream that throws costs its lines only: they are counted as dropped, and reported', async () => {
    let broken = true
    const kept: string[] = []
    const { log, errors } = open({
      write(text: string) {
        if (broken) throw new Error('broken')
        kept.push(text)
      },
    })
    log.info()?.msg('a')
    log.info()?.msg('b')
    await turn()
    expect([log.stats().dropped, log.stats().written, errors.length]).toEqual([2, 0, 1])
    broken = false
    log.info()?.msg('c')
    await turn()
    expect([kept.length, log.stats().written]).toEqual([1, 1])
  })

  test('loggers of different roots may share it, and its lines stay in order', async () => {
    const sink = createSink()
    const backend = pinoBackend(pino10({ base: null, timestamp }, sink), { coalesce: true })
    const [one, two] = [createLogger({ backend }), createLogger({ backend })]
    one.info()?.msg('1')
    two.info()?.msg('2')
    one.info()?.msg('3')
    await turn()
    expect(sink.lines.join('').match(/"msg":"\d"/g)).toEqual(['"msg":"1"', '"msg":"2"', '"msg":"3"'])
  })

  test('no listener stays once nothing waits, and anything but true and false is refused', async () => {
    const before = process.listenerCount('exit')
    const { log } = open(createSink())
    log.info()?.msg('a')
    expect(process.listenerCount('exit')).toBe(before + 1)
    await turn()
    expect(process.listenerCount('exit')).toBe(before)
    expect(() => pinoBackend(pino10(), { coalesce: 1 as never })).toThrow(expect.objectContaining({ code: 'ERR_LOG_OPTION' }))
  })
})
