// Guest timers follow Node in every edge.
import { describe, expect, test } from 'vitest'
import { printed } from '../support/open.ts'

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  const lines = (source: string) => printed(source, { variant })

  test('N-1 delays are coerced as Node coerces them, with its warnings', async () => {
    const source = `
      const idle = (d) => { const t = setTimeout(() => {}, d); clearTimeout; const v = t._idleTimeout; clearTimeout(t); return v }
      console.log(idle(undefined), idle(0), idle(-5), idle('7'), idle(2.5), idle(2 ** 31), idle(NaN), idle(null), idle({}))
      for (const bad of [Symbol(), 1n]) try { setTimeout(() => {}, bad) } catch (e) { console.log(e.name) }`
    expect(await lines(source)).toEqual([
      '1 1 1 7 2.5 1 1 1 1',
      'TypeError',
      'TypeError',
      expect.stringMatching(
        /^E \(js-adapter:.*\) TimeoutNegativeWarning: -5 is a negative number\.\nTimeout duration was set to 1\.$/,
      ),
      expect.stringMatching(/TimeoutOverflowWarning: 2147483648 does not fit into a 32-bit signed integer\./),
      expect.stringMatching(/TimeoutNaNWarning: NaN is not a number\./),
    ])
  })

  test("N-2 a callback that is no function is Node's TypeError", async () => {
    const source =
      "for (const bad of [undefined, null, 5, 'text', {}, []]) try { setTimeout(bad) } catch (e) { console.log(e.code, e.message) }"
    expect(await lines(source)).toEqual([
      'ERR_INVALID_ARG_TYPE The "callback" argument must be of type function. Received undefined',
      'ERR_INVALID_ARG_TYPE The "callback" argument must be of type function. Received null',
      'ERR_INVALID_ARG_TYPE The "callback" argument must be of type function. Received type number (5)',
      `ERR_INVALID_ARG_TYPE The "callback" argument must be of type function. Received type string ('text')`,
      'ERR_INVALID_ARG_TYPE The "callback" argument must be of type function. Received an instance of Object',
      'ERR_INVALID_ARG_TYPE The "callback" argument must be of type function. Received an instance of Array',
    ])
  })

  test('N-3 this is the handle, arguments are forwarded, _destroyed tells the state', async () => {
    const source = `
      const t = setTimeout(function (a, b) { console.log(this === t, a, b, t._destroyed); setImmediate(() => console.log(t._destroyed, t._idleTimeout)) }, 3, 'x', 'y')
      const c = setTimeout(() => {}, 9); clearTimeout(c); console.log(c._destroyed, c._idleTimeout)`
    expect(await lines(source)).toEqual(['true -1', 'true x y false', 'true 3'])
  })

  test('N-4 ref, unref, refresh, close and hasRef are those of the handle; refresh revives', async () => {
    const source = `
      const t = setTimeout(() => console.log('never'), 5)
      console.log(t.ref() === t, t.unref() === t, t.hasRef(), t.ref().hasRef(), t.close() === t, t._destroyed)
      let n = 0; const r = setTimeout(() => { console.log('r', ++n); if (n === 1) setTimeout(() => r.refresh(), 5) }, 5)
      setTimeout(() => console.log('unref never'), 1000).unref()`
    expect(await lines(source)).toEqual(['true true false true true true', 'r 1', 'r 2'])
  })

  test('N-5 a primitive registers the timeout, and only then numbers and strings find it', async () => {
    const source = `
      const a = setTimeout(() => console.log('a runs'), 1); clearTimeout(Number.MAX_SAFE_INTEGER)
      const b = setTimeout(() => console.log('b never'), 1); clearTimeout(+b)
      const c = setInterval(() => console.log('c never'), 1); clearTimeout(String(+c))
      console.log(Number.isNaN(+setImmediate(() => {}))); clearTimeout(undefined); clearInterval({}); clearImmediate(null)
      const d = setInterval(() => {}, 1); clearTimeout(d); const e = setTimeout(() => {}, 1); clearInterval(e)`
    expect(await lines(source)).toEqual(['true', 'a runs'])
  })

  test('N-8 an interval is re-armed after its callback, also when that threw and was handled', async () => {
    const source = `
      let n = 0
      process.on('uncaughtException', (e) => console.log(e.message))
      const iv = setInterval(() => { if (++n === 3) clearInterval(iv); throw new Error('beat ' + n) }, 5)`
    expect(await lines(source)).toEqual(['beat 1', 'beat 2', 'beat 3'])
  })
})
