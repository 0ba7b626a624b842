// What happens to an error that a callback throws.
import { describe, expect, test } from 'vitest'
import { isLoopError } from '../src/index.ts'
import type { CallbackInfo, LoopLogger } from '../src/index.ts'
import { bench, macrotask } from './support/virtual.ts'

interface Line {
  readonly level: string
  readonly event: unknown
  readonly fields: Readonly<Record<string, unknown>>
}

function recorder(): LoopLogger & { readonly lines: Line[] } {
  const lines: Line[] = []
  return {
    lines,
    enabled: () => true,
    log: (level, _message, fields) => void lines.push({ level, event: fields['event'], fields }),
  }
}

describe('delivery', () => {
  test.each([new Error('error'), 'a string', undefined, null, 0])(
    'E-1 a throw of any value (%s) is contained, and the queue goes on',
    async (value) => {
      const errors: unknown[] = []
      const { loop, seen, note } = bench({ onError: (error) => errors.push(error) })
      for (const arm of [
        (callback: () => void) => loop.submit(callback),
        (callback: () => void) => loop.submitInternal(callback),
        (callback: () => void) => loop.scheduleImmediate(callback),
        (callback: () => void) => loop.scheduleClose(callback),
        (callback: () => void) => loop.scheduleTimer(0, callback),
        (callback: () => void) => loop.queueMicrotask(callback),
        (callback: () => void) => loop.nextTick(callback),
        (callback: () => void) => loop.afterCheckpoint(callback),
      ]) {
        arm(() => {
          throw value
        })
        arm(note('next'))
      }
      await loop.poll()
      expect(errors).toEqual(Array.from({ length: 8 }, () => value))
      expect(seen).toHaveLength(8)
      expect(loop.snapshot().errors).toBe(8)
      await loop.close()
    },
  )

  test('E-2 onError gets phase, label, timer id and turn', async () => {
    const infos: CallbackInfo[] = []
    const { loop } = bench({ onError: (_error, info) => infos.push(info) })
    const boom = (): never => {
      throw new Error('boom')
    }
    const id = loop.scheduleTimer(0, boom, { label: 'timer' })
    loop.submit(boom, { label: 'task' })
    loop.queueMicrotask(boom)
    await loop.poll()
    expect(infos.map(({ phase, label, timerId, turn }) => ({ phase, label, timerId, turn }))).toEqual([
      { phase: 'microtask', label: undefined, timerId: undefined, turn: 1 },
      { phase: 'timers', label: 'timer', timerId: id, turn: 1 },
      { phase: 'external', label: 'task', timerId: undefined, turn: 1 },
    ])
    await loop.close()
  })

  test('E-2 without onError it goes to the logger at error, and to nobody else', async () => {
    const logger = recorder()
    const { loop } = bench({ logger })
    const error = new Error('logged')
    loop.submit(() => {
      throw error
    })
    await loop.poll()
    expect(logger.lines.map(({ level, event, fields }) => [level, event, fields['error']])).toEqual([
      ['error', 'loop.callback_error', error],
    ])
    await loop.close()
  })

  test('E-2 uncaught: "contain" without onError or logger is refused: an error must go somewhere', () => {
    expect(() => bench({ uncaught: 'contain' })).toThrow(TypeError)
  })

  test('E-2 in debug mode the info says where the callback was made', async () => {
    const infos: CallbackInfo[] = []
    const { loop } = bench({ debug: true, onError: (_error, info) => infos.push(info) })
    function submitter(): void {
      loop.submit(() => {
        throw new Error('x')
      })
    }
    submitter()
    await loop.poll()
    expect(infos[0]?.creationStack).toContain('submitter')
    await loop.close()
  })
})

describe('diagnostics', () => {
  test('E-4 a logger, observer or hook that throws is contained, counted, and disabled after 100 failures', async () => {
    let calls = 0
    const messages: string[] = []
    const logger: LoopLogger = {
      enabled: () => true,
      log: (_level, message, fields) => {
        if (fields['event'] === 'loop.diagnostics_disabled') messages.push(message)
      },
    }
    const { host, loop } = bench({
      logger,
      hooks: {
        taskStart: () => {
          calls++
          throw new Error('hook')
        },
      },
    })
    void loop.run()
    for (let i = 0; i < 150; i++) loop.submit(() => {})
    await host.settle()
    expect(calls).toBe(100)
    expect(loop.snapshot().diagnosticsFailed).toBe(100)
    expect(loop.snapshot().callbacks.external).toBe(150)
    expect(messages).toEqual(['calls to the hooks are off: 100 of them failed'])
    await loop.close()
  })

  test('E-4 a diagnostic caused by a diagnostic is dropped and counted', async () => {
    const { host, loop } = bench({
      logger: {
        enabled: () => true,
        log: () => loop.setFastPath(loop.turnCount % 2 === 0 ? 'disabled' : 'auto'),
      },
    })
    void loop.run()
    loop.submit(() => loop.setFastPath('disabled'))
    await host.settle()
    expect(loop.snapshot().diagnosticsFailed).toBe(1)
    await loop.close()
  })

  test('E-4 an error in onExceeded, onShed or queuePressure does not reach the loop', async () => {
    const logger = recorder()
    const { host, loop, seen, note } = bench({
      logger,
      batch: {
        maxTasks: 1,
        onExceeded: () => {
          throw new Error('report')
        },
      },
    })
    void loop.run()
    loop.submit(note('a'))
    loop.submit(note('b'))
    await host.settle()
    await macrotask()
    expect(seen).toEqual(['a', 'b'])
    expect(loop.snapshot().diagnosticsFailed).toBeGreaterThan(0)
    await loop.close()
  })
})

test('isLoopError looks at shape', () => {
  expect(isLoopError({ name: 'LoopError', code: 'ERR_TIMEOUT' }, 'ERR_TIMEOUT')).toBe(true)
  expect(isLoopError({ name: 'LoopError', code: 'ERR_TIMEOUT' }, 'ERR_FD_TIMEOUT')).toBe(false)
  expect(isLoopError({ name: 'Error', code: 'ERR_TIMEOUT' })).toBe(false)
  expect(isLoopError(undefined)).toBe(false)
})
