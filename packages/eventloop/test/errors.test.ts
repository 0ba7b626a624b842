// The error vocabulary: classification, narrowing, and the way through plain data.
import { describe, expect, test } from 'vitest'
import {
  assertLoopError,
  fromRecord,
  isLoopError,
  isTemporary,
  isTimeout,
  LOOP_ERROR_CODES,
  LoopError,
  toRecord,
} from '../src/index.ts'

describe('classification', () => {
  test('every code says whether it is temporary and whether it is a timeout', () => {
    const flags = Object.fromEntries(
      LOOP_ERROR_CODES.map((code) => {
        const error = new LoopError(code, 'm')
        return [code, `${isTemporary(error) ? 't' : ''}${isTimeout(error) ? 'o' : ''}`]
      }),
    )
    const marked = Object.fromEntries(Object.entries(flags).filter(([, mark]) => mark !== ''))
    expect(marked).toEqual({
      ERR_SHUTDOWN_TIMEOUT: 'o',
      ERR_TIMER_LIMIT: 't',
      ERR_TIMEOUT: 'o',
      ERR_QUEUE_FULL: 't',
      ERR_RATE_LIMITED: 't',
      ERR_TASK_SHED: 't',
      ERR_WAIT_TIMEOUT: 'to',
      ERR_FD_LIMIT: 't',
      ERR_FD_TIMEOUT: 'o',
    })
  })

  test('the helpers look at shape and take anything', () => {
    for (const value of [undefined, null, 0, 'x', {}, new Error('x')]) {
      expect([isLoopError(value), isTemporary(value), isTimeout(value)]).toEqual([false, false, false])
    }
    expect(isTemporary({ isTemporary: true })).toBe(true)
    expect(isTemporary({ isTemporary: 1 })).toBe(false)
  })

  test('assertLoopError narrows, or throws a TypeError with the value as its cause', () => {
    const error: unknown = new LoopError('ERR_TIMEOUT', 'm')
    assertLoopError(error, 'ERR_TIMEOUT')
    expect(error.code).toBe('ERR_TIMEOUT')
    let thrown: unknown
    try {
      assertLoopError(error, 'ERR_FD_LIMIT')
    } catch (caught) {
      thrown = caught
    }
    expect(thrown).toBeInstanceOf(TypeError)
    expect((thrown as Error).cause).toBe(error)
  })

  test('context is frozen and a copy', () => {
    const context = { maxQueued: 3 }
    const error = new LoopError('ERR_QUEUE_FULL', 'm', { context })
    context.maxQueued = 4
    expect(error.context).toEqual({ maxQueued: 3 })
    expect(Object.isFrozen(error.context)).toBe(true)
  })
})

describe('records', () => {
  test.each(LOOP_ERROR_CODES)('%s goes through structured clone and JSON and comes back', (code) => {
    const cause = new LoopError('ERR_TIMEOUT', 'inner', { cause: new TypeError('root') })
    const error = new LoopError(code, 'message', { cause, context: { n: 1, s: 'x', b: true } })
    for (const copy of [
      structuredClone(toRecord(error)),
      JSON.parse(JSON.stringify(toRecord(error))) as ReturnType<typeof toRecord>,
    ]) {
      const back = fromRecord(copy)
      expect(isLoopError(back, code)).toBe(true)
      expect(back).toMatchObject({ name: 'LoopError', code, message: 'message', context: { n: 1, s: 'x', b: true } })
      expect(isTemporary(back)).toBe(error.isTemporary)
      expect(isLoopError(back.cause, 'ERR_TIMEOUT')).toBe(true)
      expect((back.cause as Error).cause).toMatchObject({ name: 'TypeError', message: 'root' })
    }
  })

  test('foreign errors keep name and code; anything else becomes its string form', () => {
    const foreign = Object.assign(new RangeError('r'), { code: 'ERR_OTHER' })
    expect(fromRecord(toRecord(foreign))).toMatchObject({ name: 'RangeError', code: 'ERR_OTHER', message: 'r' })
    expect(toRecord('text')).toMatchObject({ name: 'Error', message: 'text' })
    expect(toRecord(undefined).message).toBe('undefined')
  })

  test('a cycle of causes ends', () => {
    const error = new Error('a')
    error.cause = error
    expect(JSON.stringify(toRecord(error)).length).toBeLessThan(3000)
  })
})
