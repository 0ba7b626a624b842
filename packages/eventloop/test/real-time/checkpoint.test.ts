// The native checkpoint, each case in a process of its own: order, exceptions, the abort hazard, the fallback.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { runProgram } from '../support/program.ts'

/** Three callbacks that each leave next-ticks, promise jobs and nested jobs behind. */
const PROGRAM = `
const seen = []
function callback(name) {
  return () => {
    seen.push(name)
    process.nextTick(() => { seen.push(name + 't1'); Promise.resolve().then(() => seen.push(name + 't1j')) })
    Promise.resolve().then(() => { seen.push(name + 'j1'); process.nextTick(() => seen.push(name + 'j1t')) }).then(() => seen.push(name + 'j2'))
    queueMicrotask(() => seen.push(name + 'm'))
    process.nextTick(() => seen.push(name + 't2'))
  }
}`
const NATIVE = `${PROGRAM}
for (const name of ['a', 'b', 'c']) setImmediate(callback(name))
setImmediate(() => setImmediate(() => console.log(seen.join(' '))))`
const onLoop = (options: string): string => `${PROGRAM}
const loop = new EventLoop({ autoExit: true, ${options} })
for (const name of ['a', 'b', 'c']) loop.submit(callback(name))
await loop.run()
console.log(seen.join(' '))`

test('C-9 the loop never uses the platform’s queueMicrotask', () => {
  const { stdout } = runProgram(`
    let calls = 0
    const real = globalThis.queueMicrotask
    globalThis.queueMicrotask = (callback) => { calls++; real(callback) }
    const loop = new EventLoop({ onUnhandledRejection: () => {} })
    const run = loop.run()
    const done = []
    loop.submit(() => { loop.nextTick(() => done.push('tick')); loop.queueMicrotask(() => done.push('microtask')) })
    loop.submitSteps(() => done.length < 2)
    loop.scheduleImmediate(() => done.push('immediate'))
    void loop.reject(1)
    await loop.all([loop.sleep(2), loop.resolve(Promise.resolve(1)), loop.timeout(1000, async () => {}), loop.promisify(undefined, async () => {})])
    await loop.race([loop.sleep(2), loop.promise(() => {})])
    await loop.scheduler.postTask(() => loop.scheduler.yield(), { priority: 'background', delayMs: 1 })
    void loop.sleep(60_000, { signal: loop.abortAny([new AbortController().signal, loop.abortTimeout(60_000)]) }).catch(() => {})
    await loop.shutdown()
    await run
    const own = calls
    queueMicrotask(() => console.log(own, calls, done.length))`)
  expect(stdout).toBe('0 1 3\n') // the 1 is the control: the stand-in counts
})

test('C-10 the gate runs this suite on each Node line, and the nightly workflow on the nightly', () => {
  const read = (path: string): string => readFileSync(join(import.meta.dirname, '../../../..', path), 'utf8')
  expect(read('.github/workflows/nightly.yml')).toMatch(/node-version: \d+-nightly[^]*--root packages\/eventloop checkpoint/)
  // The suite runs on 24, which the workspace pins, and then on the others.
  expect(read('package.json')).toMatch(/"node": "24\./)
  expect(read('tooling/ci.ts')).toMatch(/'test', '--node', '20,22,26'/)
})

describe('order', () => {
  const native = runProgram(NATIVE).stdout

  test('C-2 with the default, each callback’s ticks and jobs run as under one setImmediate per task', () => {
    expect(native.split(' ').length).toBeGreaterThan(20)
    expect(runProgram(onLoop('')).stdout).toBe(native)
  })

  test('C-1 the fallback gives the same order', () => {
    expect(runProgram(onLoop("nativeCheckpoint: 'step'")).stdout).toBe(native)
  })

  test('C-1 the loop steps when the function is hidden, and says so once at info', () => {
    const { stdout } = runProgram(`
      process._tickCallback = undefined
      const logger = { enabled: () => true, log: (level, message, fields) => { if (fields.event === 'loop.checkpoint_step') console.log(level) } }
      ${onLoop('logger')}`)
    expect(stdout).toBe(`info\n${native}`)
  })

  test('C-1 a function that empties the queues in another order is not accepted', () => {
    const { stdout } = runProgram(`
      process._tickCallback = () => {}
      const host = nodeHost()
      const loop = new EventLoop({ host, autoExit: true })
      loop.submit(() => console.log(host.checkpoint.means))
      await loop.run()`)
    expect(stdout).toBe('step\n')
  })

  test("C-1 nativeCheckpoint: 'tick' rejects run() with ERR_CHECKPOINT_UNAVAILABLE where it is not there", () => {
    const { stdout } = runProgram(`
      process._tickCallback = undefined
      const loop = new EventLoop({ nativeCheckpoint: 'tick' })
      loop.submit(() => console.log('must not run'))
      await loop.run().catch((error) => console.log(error.code))
      console.log((await loop.done).mode)`)
    expect(stdout).toBe('ERR_CHECKPOINT_UNAVAILABLE\nclose\n')
  })

  test("C-2 checkpoint: 'turn' empties the platform's queues once at the end of a turn, 'host' when the visit returns", () => {
    const program = (mode: string): string => `
      const seen = []
      const loop = new EventLoop({ autoExit: true, checkpoint: '${mode}', batch: { maxTimeMs: Infinity } })
      const task = (name) => () => { seen.push(name); Promise.resolve().then(() => seen.push(name + 'j')); loop.queueMicrotask(() => seen.push(name + 'o')) }
      loop.submit(() => { task('a')(); loop.submit(task('c')) })
      loop.submit(task('b'))
      await loop.run()
      console.log(seen.join(' '))`
    expect(runProgram(program('turn')).stdout).toBe('a ao b bo aj bj c co cj\n')
    expect(runProgram(program('host')).stdout).toBe('a ao b bo c co aj bj cj\n')
  })

  test('C-3 own queues go before the platform’s, until both are empty', () => {
    const { stdout } = runProgram(`
      const seen = []
      const loop = new EventLoop({ autoExit: true })
      loop.submit(() => {
        process.nextTick(() => { seen.push('native'); loop.nextTick(() => { seen.push('own2'); process.nextTick(() => seen.push('native2')) }) })
        loop.queueMicrotask(() => seen.push('own'))
      })
      loop.submit(() => seen.push('next'))
      await loop.run()
      console.log(seen.join(' '))`)
    expect(stdout).toBe('own native own2 native2 next\n')
  })
})

describe('exceptions', () => {
  test('C-4, C-5 a throwing next-tick reaches uncaughtException, and the rest of the checkpoint runs before the next callback', () => {
    const { status, stdout } = runProgram(`
      const seen = []
      process.on('uncaughtException', () => seen.push('UE'))
      const loop = new EventLoop({ autoExit: true })
      loop.submit(() => {
        seen.push('b')
        process.nextTick(() => { seen.push('bt'); throw new Error('tick') })
        process.nextTick(() => seen.push('bt2'))
        Promise.resolve().then(() => seen.push('bm'))
      })
      loop.submit(() => seen.push('c'))
      await loop.run()
      console.log(seen.join(' '))`)
    expect(stdout).toBe('b bt UE bt2 bm c\n')
    expect(status).toBe(0)
  })

  test('C-5 O-3 the time of an interrupted visit counts as busy, and its callbacks are in the next record', () => {
    const { stdout } = runProgram(`
      let nowMs = 0
      const inner = nodeHost()
      const host = {
        kind: 'node', wakeWord: undefined, get checkpoint() { return inner.checkpoint }, nowMs: () => nowMs,
        start: (entry) => inner.start(entry), request: () => inner.request(), requestAt: () => {}, setRef: (ref) => inner.setRef(ref), stop: () => inner.stop(),
      }
      const sum = { turns: 0, callbacks: 0, busyMs: 0, idleMs: 0 }
      const observer = { enabled: true, sampleEvery: 1, onBatch: (record) => { for (const key in sum) sum[key] += record[key] } }
      process.on('uncaughtException', () => { nowMs += 30 })
      const loop = new EventLoop({ autoExit: true, host, observer })
      loop.submit(() => { nowMs += 2 })
      loop.submit(() => {
        nowMs += 70
        process.nextTick(() => { nowMs += 5; loop.queueMicrotask(() => { nowMs += 11 }); throw new Error('tick') })
      })
      loop.submit(() => { nowMs += 100 })
      nowMs += 1000
      await loop.run()
      const { busyMs, idleMs } = loop.snapshot()
      console.log(busyMs, idleMs, sum.busyMs, sum.idleMs, sum.callbacks, sum.turns === loop.turnCount)`)
    expect(stdout).toBe('188 1030 188 1030 3 true\n')
  })

  test('C-4 the process does not abort when next-ticks throw in many callbacks', () => {
    const { status, signal, stdout } = runProgram(`
      let uncaught = 0
      let ran = 0
      process.on('uncaughtException', () => uncaught++)
      const loop = new EventLoop({ autoExit: true })
      for (let i = 0; i < 200; i++) {
        loop.submit(() => { ran++; if (i % 3 === 0) process.nextTick(() => { throw new Error('tick ' + i) }) })
        loop.scheduleTimer(i % 5, () => { ran++; if (i % 7 === 0) process.nextTick(() => { throw new Error('timer tick') }) })
      }
      await loop.run()
      console.log(ran, uncaught)`)
    expect({ status, signal }).toEqual({ status: 0, signal: null })
    expect(stdout).toBe('400 96\n')
  })

  test('C-4 positive control: catching what comes through the checkpoint kills the process', () => {
    const { status, signal, stderr } = runProgram(`
      import { AsyncLocalStorage } from 'node:async_hooks'
      process.on('uncaughtException', () => {})
      setImmediate(() => {
        process.nextTick(() => { throw new Error('tick') })
        try { process._tickCallback() } catch {}
      })
      setTimeout(() => {}, 50)`)
    expect(signal ?? status).not.toBe(0)
    expect(stderr).toContain('async hook stack has become corrupted')
  })

  test('C-6 throws of queueMicrotask and unhandled rejections are reported by Node and do not disturb the loop', () => {
    const { status, stdout } = runProgram(`
      const seen = []
      process.on('uncaughtException', (error) => seen.push('UE:' + error.message))
      process.on('unhandledRejection', (error) => seen.push('UR:' + error.message))
      const loop = new EventLoop({ autoExit: true })
      loop.submit(() => { queueMicrotask(() => { throw new Error('m') }); void Promise.reject(new Error('r')) })
      loop.submit(() => seen.push('next'))
      await loop.run()
      console.log(seen.join(' '))`)
    expect(status).toBe(0)
    expect(stdout).toBe('UE:m UR:r next\n')
  })

  test('E-5 a rejected native promise of an async callback is Node’s to report', () => {
    const { stdout } = runProgram(`
      const seen = []
      process.on('unhandledRejection', (error) => seen.push('UR:' + error.message))
      const loop = new EventLoop({ autoExit: true, onError: () => seen.push('onError') })
      loop.submit(async () => { throw new Error('async') })
      await loop.run()
      console.log(seen.join(' '))`)
    expect(stdout).toBe('UR:async\n')
  })

  test('E-3 when onError throws, both errors reach the process as one AggregateError', () => {
    const { stdout } = runProgram(`
      process.on('uncaughtException', (error) => console.log(error.name, error.errors.map((one) => one.message).join()))
      const loop = new EventLoop({ autoExit: true, onError: () => { throw new Error('second') } })
      loop.submit(() => { throw new Error('first') })
      await loop.run()`)
    expect(stdout).toBe('AggregateError first,second\n')
  })
})

describe('context', () => {
  test('C-8 jobs and ticks run in the async context they were queued in, and the caller’s is intact after', () => {
    const { stdout } = runProgram(`
      import { AsyncLocalStorage } from 'node:async_hooks'
      const als = new AsyncLocalStorage()
      const seen = []
      const loop = new EventLoop({ autoExit: true })
      loop.submit(() => {
        als.run('x', () => { process.nextTick(() => seen.push('tick ' + als.getStore())); Promise.resolve().then(() => seen.push('job ' + als.getStore())) })
        seen.push('own ' + als.getStore())
      })
      loop.submit(() => seen.push('next ' + als.getStore()))
      await loop.run()
      console.log(seen.join(', '))`)
    expect(stdout).toBe('own undefined, tick x, job x, next undefined\n')
  })

  test('C-7 the loop’s visits never come from a promise job, where only ticks would run', () => {
    const { stdout } = runProgram(`
      const seen = []
      const loop = new EventLoop({ autoExit: true })
      const release = loop.holdOpen()
      const run = loop.run()
      await new Promise((resolve) => setTimeout(resolve, 5))
      Promise.resolve().then(() => {
        loop.submit(() => { seen.push('task'); Promise.resolve().then(() => seen.push('job')) })
        loop.submit(() => { seen.push('next'); release() })
        seen.push('submitted')
      })
      await run
      console.log(seen.join(' '))`)
    expect(stdout).toBe('submitted task job next\n')
  })
})
