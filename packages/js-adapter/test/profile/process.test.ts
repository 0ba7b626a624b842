// The guest process: exits, events, streams.
import { describe, expect, test } from 'vitest'
import { openSandbox } from '../support/open.ts'
import type { ExitInfo } from '../../src/sandbox/usage.ts'

async function ran(
  source: string,
  variant: 'ng' | 'bellard',
): Promise<{ lines: readonly string[]; exit: ExitInfo; codes: readonly string[] }> {
  const { sandbox, loop, lines, errors } = await openSandbox({ variant, lifecycle: 'program' })
  sandbox.run(source).catch(() => {})
  await loop.run()
  sandbox.close()
  return { lines, exit: await sandbox.exited, codes: errors.map(({ error }) => error.message) }
}

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('N-9 beforeExit fires when nothing is left, and again only if a listener added work', async () => {
    const source = `
      let n = 0
      process.on('beforeExit', (c) => { console.log('beforeExit', c); if (n++ === 0) setTimeout(() => console.log('more'), 1); else Promise.resolve().then(() => console.log('job')) })
      process.on('exit', (c) => console.log('exit', c))`
    expect((await ran(source, variant)).lines).toEqual(['beforeExit 0', 'more', 'beforeExit 0', 'job', 'exit 0'])
  })

  test('N-10 after a natural exit jobs of a listener run, and no tick, timer or immediate', async () => {
    const source = `process.on('exit', () => { Promise.resolve().then(() => console.log('job')); process.nextTick(() => console.log('tick')); setTimeout(() => console.log('timer')); setImmediate(() => console.log('immediate')) })`
    expect((await ran(source, variant)).lines).toEqual(['job'])
  })

  test('N-11 process.exit never returns, and a listener may change the code', async () => {
    const source = `
      process.on('exit', (c) => { console.log('exit', c); process.exitCode = 9 })
      setTimeout(() => console.log('never'), 1); Promise.resolve().then(() => console.log('never'))
      try { process.exit('5') } finally { console.log('never') }`
    const { lines, exit } = await ran(source, variant)
    expect(lines).toEqual(['exit 5'])
    expect(exit).toMatchObject({ reason: 'exit', exitCode: 9 })
  })

  test('N-11 codes are coerced as Node coerces them', async () => {
    const source =
      "for (const bad of ['abc', 1.5, {}, true]) try { process.exitCode = bad } catch (e) { console.log(e.code) } process.exitCode = '7'"
    const { lines, exit } = await ran(source, variant)
    expect(lines).toEqual(['ERR_INVALID_ARG_TYPE', 'ERR_OUT_OF_RANGE', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_TYPE'])
    expect(exit).toMatchObject({ reason: 'finished', exitCode: 7 })
  })

  test('N-12 uncaught: monitor, listener, else reported and code 1', async () => {
    const handled = await ran(
      "process.on('uncaughtExceptionMonitor', (e, o) => console.log('monitor', o)); process.on('uncaughtException', (e, o) => console.log(e.message, o)); setTimeout(() => { throw new Error('x') }); setTimeout(() => console.log('next'), 5)",
      variant,
    )
    expect(handled.lines).toEqual(['monitor uncaughtException', 'x uncaughtException', 'next'])
    const fatal = await ran(
      "process.on('exit', (c) => console.log('exit', c)); setTimeout(() => { throw new Error('x') }); setTimeout(() => console.log('never'), 5)",
      variant,
    )
    expect(fatal.lines).toEqual(['exit 1'])
    expect(fatal.exit).toMatchObject({
      reason: 'uncaught',
      exitCode: 1,
      error: { code: 'ERR_GUEST_EXCEPTION', guestMessage: 'x' },
    })
    expect(fatal.codes).toEqual(['Error: x'])
    const seven = await ran(
      "process.on('uncaughtException', () => { throw new Error('second') }); setTimeout(() => { throw new Error('x') })",
      variant,
    )
    expect(seven.exit).toMatchObject({ reason: 'uncaught', exitCode: 7 })
  })

  test('N-13 unhandled rejections: event, else uncaught; a handler added later gives rejectionHandled', async () => {
    const source = `
      process.on('unhandledRejection', (r, p) => { console.log('unhandled', r, p === kept); setTimeout(() => p.catch(() => {}), 1) })
      process.on('rejectionHandled', (p) => console.log('handled', p === kept))
      const kept = Promise.reject('why'); Promise.reject('quick').catch(() => {})`
    expect((await ran(source, variant)).lines).toEqual(['unhandled why true', 'handled true'])
    const fatal = await ran('Promise.reject(5); setTimeout(() => console.log("never"))', variant)
    expect(fatal.lines).toEqual([])
    expect(fatal.exit).toMatchObject({ exitCode: 1, error: { value: { code: 'ERR_UNHANDLED_REJECTION' } } })
    expect((await ran("(async () => { throw new TypeError('t') })()", variant)).exit).toMatchObject({
      exitCode: 1,
      error: { guestName: 'TypeError' },
    })
  })

  test('N-14 emitWarning emits on a later tick and prints', async () => {
    const source =
      "process.on('warning', (w) => console.log(w.name, w.code)); process.emitWarning('careful', 'MyWarning', 'W1'); console.log('sync')"
    expect((await ran(source, variant)).lines).toEqual([
      'sync',
      expect.stringMatching(/^E \(js-adapter:.*\) \[W1\] MyWarning: careful$/),
      'MyWarning W1',
    ])
  })
})
