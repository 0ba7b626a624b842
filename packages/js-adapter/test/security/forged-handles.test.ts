// Accessors that a guest puts on its timer handles, and on what those lead to: they run as code of the guest, never in the middle of ours.
import { describe, expect, test } from 'vitest'
import { openSandbox, settled } from '../support/open.ts'

/** Puts an accessor of every key on `target`: reading or writing it notes the key; with `stops` it first has the host interrupt it. */
const FORGE = `
  globalThis.touched = []
  globalThis.survived = []
  const forge = (target, stops) => {
    for (const key of Reflect.ownKeys(target)) {
      const note = () => {
        touched.push(String(key))
        if (!stops) return
        stop()
        for (let i = 0; i < 2000; i++);
        survived.push(String(key))
      }
      Object.defineProperty(target, key, { get: note, set: note, configurable: true })
    }
  }
  globalThis.fired = []`

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('S-3 links, expiry and position of timers are the runtime’s own: accessors in their place are never read, and timers go on', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    await settled(loop, sandbox.run(FORGE))
    const result = await settled(
      loop,
      sandbox.run(`
        const a = setTimeout(() => fired.push('a'), 5), b = setTimeout(() => fired.push('b'), 5), c = setTimeout(() => fired.push('c'), 9)
        const list = a._idlePrev, own = { _onTimeout: a._onTimeout, _idleTimeout: 5, _repeat: null, _timerArgs: undefined, _destroyed: false }
        forge(list); forge(a)
        Object.defineProperties(a, Object.getOwnPropertyDescriptors(own))
        b.refresh(); clearTimeout(c); c.refresh()
        const d = setTimeout(() => fired.push('d'), 5); clearTimeout(b); a.unref(); a.ref();
        [touched.length, list === d._idleNext]`),
    )
    expect(result).toEqual({ value: [0, true] })
    await loop.run()
    expect(sandbox.get('fired')).toEqual(['a', 'd'])
    expect(sandbox.get('touched')).toEqual([])
    expect(sandbox.usage().timers).toBe(0)
    expect(loop.holds).toBe(0)
    sandbox.close()
  })

  test('L-6 an accessor is code of the guest: an interrupt stops it at the next poll, whichever key of a handle or list it stands for', async () => {
    const { sandbox, loop, errors } = await openSandbox({ variant })
    sandbox.expose('stop', { raw: () => sandbox.interrupt('now') })
    await settled(loop, sandbox.run(FORGE))
    const doings = [
      'clearTimeout(t)',
      't.refresh()',
      't.unref(); t.ref(); t.hasRef()',
      '+t',
      't[Symbol.dispose]()',
      'setTimeout(() => {}, 1)',
      'clearImmediate(i)',
      'i.unref(); i.ref()',
      '0',
    ]
    for (const doing of doings)
      for (const start of ['setTimeout(() => {}, 1)', 'setInterval(() => {}, 1)'])
        await settled(
          loop,
          sandbox.run(`{
            const t = ${start}, i = setImmediate(() => {}), list = t._idleNext
            forge(t, true); forge(i, true); forge(list, true)
            setTimeout(() => t.constructor && clearInterval(t), 3).unref()
            ${doing}; 0
          }`),
        )
    // Protected code of the profile would go on: it sees an interrupt only after 10 000 polls.
    expect(sandbox.get('survived')).toEqual([])
    expect(errors.filter(({ error }) => error.code !== 'ERR_INTERRUPTED')).toEqual([])
    expect(new Set(sandbox.get('touched') as string[])).toEqual(new Set(['_destroyed', '_onTimeout', '_idleTimeout', '_argv']))
    expect(sandbox.state).toBe('ready')
    sandbox.close()
  })

  test('a delay that is no number any more, and a subclass with accessors on its prototype, change nothing of others', async () => {
    const { sandbox, loop } = await openSandbox({ variant })
    const result = await settled(
      loop,
      sandbox.run(`
        globalThis.fired = []
        const t = setTimeout(() => fired.push('t'), 5), other = setTimeout(() => fired.push('other'), 7)
        t._idleTimeout = { valueOf: () => NaN }
        t.refresh()
        let ran = 0
        class Forged extends t.constructor {}
        for (const key of Reflect.ownKeys(t)) Object.defineProperty(Forged.prototype, key, { set() { ran++ }, get() { ran++ } })
        const forged = new Forged(() => fired.push('forged'), 1)
        forged.refresh()
        ran`),
    )
    expect(result).toEqual({ value: 0 })
    await loop.run()
    expect(sandbox.get('fired')).toEqual(expect.arrayContaining(['t', 'other', 'forged']))
    expect(sandbox.usage().timers).toBe(0)
    sandbox.close()
  })
})
