// Lines added to what pino's own destination holds: the same bytes, written at the same moments, as by the destination itself.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLogger } from '@loopwright/logiface'
import type { Logger } from '@loopwright/logiface'
import type { Logger as PinoLogger } from 'pino'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { pinoBackend } from '../src/index.ts'
import { StreamAppender } from '../src/sonic-append.ts'
import { PINOS } from './pino-cases.ts'

type DestinationOptions = Readonly<Partial<Record<'minLength' | 'maxLength' | 'maxWrite', number>>> & { readonly sync: boolean }

const folder = mkdtempSync(join(tmpdir(), 'sonic-'))
let files = 0

afterEach(() => vi.restoreAllMocks())

/** Texts of many lengths, of one byte a character and of more, and a lone surrogate. */
const TEXTS = Array.from({ length: 400 }, (_, i) => {
  const text = ['plain', 'é', '漢字', '\ud800', '👍'][i % 5] as string
  return `${i} ${text.repeat(1 + ((i * 7) % 60))}`
})

describe.each(Object.entries(PINOS))('%s', (_, pino) => {
  /** What each write gave to the system, and what the file holds in the end. */
  async function written(
    options: DestinationOptions,
    write: (instance: PinoLogger<never, boolean>, text: string, i: number) => void,
  ): Promise<{ readonly writes: readonly number[]; readonly text: string; readonly dropped: readonly string[] }> {
    const dest = join(folder, `${files++}.log`)
    writeFileSync(dest, '')
    const stream = pino.destination({ dest, ...options })
    const writes: number[] = []
    const dropped: string[] = []
    stream.on('write', (bytes: number) => writes.push(bytes))
    stream.on('drop', (text: string) => dropped.push(text))
    const instance = pino({ base: null, timestamp: () => ',"time":1' }, stream)
    if (options.sync === false) await new Promise((resolve) => stream.once('ready', () => resolve(undefined)))
    TEXTS.forEach((text, i) => write(instance, text, i))
    // closed from its end, because a write may be under way
    await new Promise((resolve) => {
      stream.once('close', () => resolve(undefined))
      stream.end()
    })
    return { writes, text: readFileSync(dest, 'utf8'), dropped }
  }

  test.each<[string, DestinationOptions]>([
    ['of 4096 bytes', { sync: true, minLength: 4096 }],
    ['that writes each line', { sync: true }],
    ['with small pieces', { sync: true, minLength: 300, maxWrite: 400 }],
    ['that drops past a length', { sync: false, minLength: 4096, maxLength: 8192 }],
    ['whose writes are under way', { sync: false, minLength: 200, maxWrite: 1000 }],
  ])('P-3 a destination %s writes the same pieces', async (_name, options) => {
    const direct = await written(options, (instance, text, i) => instance.info({ i }, text))
    const logs = new WeakMap<object, Logger>()
    const ours = await written(options, (instance, text, i) => {
      const log = logs.get(instance) ?? createLogger({ backend: pinoBackend(instance) })
      logs.set(instance, log)
      // the owner's own lines keep their place among ours
      if (i % 7 === 3) instance.info({ i }, text)
      else log.info()?.num('i', i).msg(text)
    })
    expect(ours).toEqual(direct)
    expect(direct.text.length).toBeGreaterThan(1000)
  })

  test('the destination of pino is recognised, and its write is no longer asked to measure what it holds', () => {
    const stream = pino.destination({ dest: '/dev/null', sync: true, minLength: 4096 })
    const appender = new StreamAppender()
    appender.write(stream as never, 'first\n')
    const measure = vi.spyOn(Buffer, 'byteLength')
    for (let i = 0; i < 10; i++) appender.write(stream as never, 'line\n')
    expect(measure).toHaveBeenCalledTimes(10)
    measure.mockClear()
    for (let i = 0; i < 10; i++) stream.write('line\n')
    expect(measure).toHaveBeenCalledTimes(20)
    stream.destroy()
  })

  test('P-2 a write that was replaced, before or after, is called for each line', () => {
    for (const isBefore of [true, false]) {
      const stream = pino.destination({ dest: '/dev/null', sync: true, minLength: 4096 })
      const seen: string[] = []
      const replace = (): void => void Object.assign(stream, { write: (text: string) => seen.push(text) })
      if (isBefore) replace()
      const log = createLogger({ backend: pinoBackend(pino({}, stream)) })
      if (!isBefore) {
        log.info()?.msg('not seen')
        replace()
      }
      log.info()?.msg('a')
      log.info()?.msg('b')
      expect(seen.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['a', 'b'])
    }
  })

  test('a destination that was destroyed costs its lines only: they are dropped and reported', () => {
    const errors: Error[] = []
    const stream = pino.destination({ dest: '/dev/null', sync: true, minLength: 4096 })
    const log = createLogger({ backend: pinoBackend(pino({}, stream)), onError: (error) => errors.push(error) })
    log.info()?.msg('a')
    log.info()?.msg('b')
    stream.destroy()
    log.info()?.msg('c')
    expect([log.stats().written, log.stats().dropped, errors.length]).toEqual([2, 1, 1])
  })
})

test('a stream that only looks like the destination is written to as it is', () => {
  const seen: string[] = []
  class SonicBoom {
    static readonly SonicBoom = SonicBoom
    readonly destroyed = false
    readonly minLength = 10
    readonly maxLength = 0
    readonly maxWrite = 100
    readonly _writing = false
    readonly _bufs: string[] = ['']
    _len = 0
    /** Something that adding a line would forget to count. */
    lines = 0
    write = (text: string): void => {
      this.lines++
      seen.push(text)
    }
    _actualWrite(): void {}
  }
  class Throwing {
    static readonly SonicBoom = Throwing
    constructor(options?: object) {
      if (options !== undefined) throw new Error('no')
    }
    write(text: string): void {
      seen.push(text)
    }
  }
  for (const stream of [new SonicBoom(), new Throwing(), { write: (text: string) => seen.push(text), constructor: undefined }]) {
    const appender = new StreamAppender()
    appender.write(stream as never, 'a')
    appender.write(stream as never, 'b')
  }
  expect(seen.join('')).toContain('ababab')
})
