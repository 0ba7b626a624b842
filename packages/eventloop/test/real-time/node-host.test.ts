// The host on Node's own loop: the conformance suite, and what only processes show.
import { describe, expect, test } from 'vitest'
import { nodeHost } from '../../src/index.ts'
import { hostSuite } from '../../src/testing/index.ts'
import { runProgram as program } from '../support/program.ts'

describe('node host', () => {
  const open = (): ReturnType<Parameters<typeof hostSuite>[0]> => {
    const host = nodeHost()
    return {
      host,
      passUntil: (instantMs) => new Promise((resolve) => setTimeout(resolve, Math.max(0, instantMs - host.nowMs()) + 1)),
      wake: () => {
        const word = host.wakeWord
        if (word !== undefined) Atomics.notify(word, 0)
      },
    }
  }
  for (const { name, run } of hostSuite(open)) test(name, run)
})

describe('the process', () => {
  test('H-6 a loop that is not alive lets the process exit, also while it waits for other threads', () => {
    const { status, stdout } = program(`
      const host = nodeHost()
      host.start({ enter() {}, turnCount: 0, describeNext: () => '' })
      process.on('exit', () => console.log('exit'))
      host.setRef(false)`)
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'exit\n' })
  })

  test('H-6 setRef(true) keeps the process alive when the wake word is the only source', () => {
    const { status, stdout } = program(`
      const host = nodeHost()
      host.start({ enter() {}, turnCount: 0, describeNext: () => '' })
      host.setRef(true)
      setTimeout(() => { console.log('still here'); host.stop() }, 60).unref()`)
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'still here\n' })
  })

  test('H-5 a deadline beyond 2^31-1 ms is reached in pieces, each armed when the last has ended, and none of them is a visit', () => {
    const { stdout } = program(`
    const waits = []
    let fire
    globalThis.setTimeout = (callback, ms) => { waits.push(ms); fire = callback; return { unref: () => ({}) } }
    globalThis.clearTimeout = () => {}
    let nowMs = 0
    performance.now = () => nowMs
    const host = nodeHost()
    let visits = 0
    host.start({ enter: () => visits++ })
    const deadlineMs = 2 ** 31 - 1 + 2 ** 31 - 1 + 500
    host.requestAt(deadlineMs)
    for (const step of [2 ** 31 - 1, 2 ** 31 - 1, 499.5]) { nowMs += step; fire() }
    const early = visits
    nowMs += 0.5
    fire()
    console.log(JSON.stringify({ waits, early, visits }))
    host.stop()`)
    expect(JSON.parse(stdout)).toEqual({ waits: [2 ** 31 - 1, 2 ** 31 - 1, 500, 1], early: 0, visits: 1 })
  })

  test('H-9 after done nothing is left: the process ends by itself', () => {
    const { status, stdout } = program(`
      const loop = new EventLoop()
      loop.scheduleTimer(60_000, () => {})
      const run = loop.run()
      loop.submit(() => { void loop.shutdown() })
      await run
      console.log('ended', process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'TTYWrap').length)`)
    expect(stdout).toBe('ended 0\n')
    expect(status).toBe(0)
  })

  test('H-10 an exception out of a visit reaches uncaughtException, and the loop goes on', () => {
    const { status, stdout } = program(`
      process.on('uncaughtException', (error) => console.log('uncaught', error.message))
      const loop = new EventLoop({ autoExit: true })
      loop.submit(() => { throw new Error('one') })
      loop.submit(() => console.log('two'))
      await loop.run()
      console.log('ended')`)
    expect(stdout.split('\n').filter(Boolean).toSorted()).toEqual(['ended', 'two', 'uncaught one'].toSorted())
    expect(status).toBe(0)
  })

  test('E-2 without onError and logger an error ends the process with Node’s exit code', () => {
    const { status, stderr } = program(`
      const loop = new EventLoop({ autoExit: true })
      loop.submit(() => { throw new Error('nobody takes this') })
      await loop.run()`)
    expect(status).toBe(1)
    expect(stderr).toContain('nobody takes this')
  })

  test('L-18 auto-exit ends run() when the last ref’d timer has fired, in real time', () => {
    const { status, stdout } = program(`
      const loop = new EventLoop({ autoExit: true })
      const at = []
      loop.scheduleTimer(30, () => at.push('t30'))
      loop.scheduleTimer(10, () => at.push('t10'))
      loop.scheduleTimer(1e6, () => at.push('never'), { unref: true })
      const exit = await loop.run()
      console.log(at.join(), exit.mode)`)
    expect({ status, stdout }).toEqual({ status: 0, stdout: 't10,t30 autoExit\n' })
  })
})
