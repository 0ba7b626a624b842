// Ingress inside a loop under virtual time: phases, checkpoints, limits, liveness and the end.
import { expect, test } from 'vitest'
import { VirtualHost } from '../../src/hosts/virtual.ts'
import { defineCommands, fixed, text } from '../../src/ingress/commands.ts'
import type { IngressEnd } from '../../src/ingress/end.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import { EventLoop } from '../../src/loop.ts'
import type { LoopOptions } from '../../src/options.ts'

const commands = defineCommands({ tick: fixed(), line: text() })

function start(options: LoopOptions = {}) {
  const host = new VirtualHost()
  const loop = new EventLoop({ host, ...options })
  const run = loop.run()
  const got: (number | string)[] = []
  const ends: IngressEnd[] = []
  const open = (extra: { ref?: boolean; tick?: (n: number) => void } = {}) => {
    const { tick = (n) => got.push(n), ref } = extra
    const port = loop.createIngress({
      commands,
      handlers: { tick, line: (line) => got.push(line) },
      onClosed: (end) => ends.push(end),
      ref,
    })
    return { port, producer: connectIngress(port.transferable, commands) }
  }
  return { host, loop, run, got, ends, open }
}

test('X-6 records carry no context: their handlers run in that of the visit, and nothing is captured for them', async () => {
  let current = 'visit'
  let captures = 0
  let runs = 0
  const context = {
    capture: () => {
      captures++
      return current
    },
    run: (captured: string, run: () => void) => {
      runs++
      const before = current
      current = captured
      run()
      current = before
    },
  }
  const seen: string[] = []
  const { host, loop, open } = start({ context })
  const { producer } = open({ tick: () => seen.push(current) })
  await host.settle()
  const before = captures
  current = 'producer'
  producer.submit('tick', 1)
  loop.submit(() => seen.push(`task: ${current}`)) // control: this one is captured
  current = 'visit'
  expect(captures).toBe(before + 1)
  await host.settle()
  expect(seen).toEqual(['task: producer', 'visit'])
  expect(runs).toBe(1)
  await loop.close()
})

test('I-9 records run after tasks of the same turn, with a checkpoint after each (TN-1)', async () => {
  const { host, loop, got, open } = start()
  const { producer } = open({
    tick: (n) => {
      got.push(`record ${n}`)
      loop.queueMicrotask(() => got.push(`microtask ${n}`))
      void Promise.resolve().then(() => got.push(`job ${n}`))
    },
  })
  producer.submitMany('tick', [[1], [2]])
  loop.submit(() => got.push('task'))
  await host.settle()
  expect(got).toEqual(['task', 'record 1', 'microtask 1', 'job 1', 'record 2', 'microtask 2', 'job 2'])
  await loop.close()
})

test('TN-4 a record published by an earlier phase of a turn is seen in that turn', async () => {
  const { host, loop, open } = start()
  let turn = 0
  const { producer } = open({ tick: () => (turn = loop.turnCount) })
  let published = 0
  loop.submitInternal(() => {
    producer.submit('tick', 1)
    published = loop.turnCount
  })
  await host.settle()
  expect(published).toBeGreaterThan(0)
  expect(turn).toBe(published)
  await loop.close()
})

test('B-3 a batch limit leaves records in their ring, and timers run between', async () => {
  const { host, loop, got, open } = start({ batch: { maxTasks: 10 } })
  const { producer } = open()
  loop.scheduleTimer(0, () => got.push('timer'))
  producer.submitMany(
    'tick',
    Array.from({ length: 25 }, (_unused, n): [number] => [n]),
  )
  await host.settle()
  expect(got.filter((entry) => entry !== 'timer')).toEqual(Array.from({ length: 25 }, (_unused, n) => n))
  expect(got.indexOf('timer')).toBeLessThan(20)
  await loop.close()
})

test('E-1 a throwing handler is contained like any callback', async () => {
  const errors: unknown[] = []
  const { host, loop, got, open } = start({ onError: (error, info) => errors.push([error, info.phase]) })
  const { producer } = open({
    tick: (n) => {
      if (n === 1) throw new Error('one')
      got.push(n)
    },
  })
  producer.submitMany('tick', [[0], [1], [2]])
  await host.settle()
  expect(got).toEqual([0, 2])
  expect(errors).toEqual([[new Error('one'), 'external']])
  await loop.close()
})

test('I-11 an open port keeps the loop alive, an unref’d one does not; the last to go ends an autoExit loop', async () => {
  const { host, loop, run, open, ends } = start({ autoExit: true })
  const first = open()
  open({ ref: false })
  await host.settle()
  expect(loop.alive).toBe(true)
  first.port.unref()
  expect(loop.alive).toBe(false)
  first.port.ref()
  expect(loop.alive).toBe(true)
  first.port.close()
  await host.settle()
  expect(await run).toMatchObject({ mode: 'autoExit' })
  expect(ends.map(({ reason }) => reason)).toEqual(['close', 'shutdown'])
})

test('L-18 a record in an unref’d ring puts auto-exit off until it is read', async () => {
  const { host, run, got, open } = start({ autoExit: true })
  const { producer } = open({ ref: false })
  producer.submit('tick', 1)
  await host.settle()
  expect(await run).toMatchObject({ mode: 'autoExit', discarded: {} })
  expect(got).toEqual([1])
  expect(() => producer.submit('tick', 2)).toThrow(expect.objectContaining({ code: 'ERR_INGRESS_CLOSED' }))
})

test('a graceful end reads what was accepted, an immediate one counts it', async () => {
  for (const [end, read, discarded] of [
    ['shutdown', [1, 2, 'x'], {}],
    ['close', [], { ingress: 3 }],
  ] as const) {
    const { host, loop, got, open } = start()
    const { producer } = open()
    producer.submitMany('tick', [[1], [2]])
    producer.submit('line', 'x')
    const exit = loop[end]()
    await host.settle()
    expect(got).toEqual(read)
    expect((await exit).discarded).toEqual(discarded)
    expect(() => producer.submit('tick', 3)).toThrow(expect.objectContaining({ code: 'ERR_INGRESS_CLOSED' }))
  }
})

test('L-12 requests of a producer: timers are cancelled, the loop ends', async () => {
  const { host, loop, run, got, open } = start()
  const { producer } = open()
  const ids = [10, 20, 30].map((delayMs) => loop.scheduleTimer(delayMs, () => got.push(delayMs)))
  expect(producer.requests.cancelTimer(ids[0] as number)).toBe(true)
  expect(producer.requests.cancelTimers(ids.slice(1, 2))).toBe(true)
  await host.settle()
  await host.advanceBy(25)
  expect(got).toEqual([])
  expect(loop.hasTimer(ids[2] as number)).toBe(true)
  expect(producer.requests.close()).toBe(true)
  await host.settle()
  expect(await run).toMatchObject({ mode: 'close' })
  expect(producer.requests.shutdown()).toBe(false)
})

test('a corrupt ring: ERR_INGRESS_PROTOCOL to onError, the port is closed, the loop goes on', async () => {
  const errors: unknown[] = []
  const { host, loop, ends, open } = start({ onError: (error) => errors.push(error) })
  const { port } = open()
  new Int32Array(port.transferable.ring)[0] = 1_000_000
  loop.submit(() => {})
  await host.settle()
  expect(errors).toEqual([expect.objectContaining({ code: 'ERR_INGRESS_PROTOCOL' })])
  expect(ends).toEqual([{ reason: 'protocol', received: 0 }])
  await loop.close()
})

test('createIngress after the end, and on a host that no thread can wake', async () => {
  const { loop } = start()
  await loop.close()
  expect(() => loop.createIngress({ commands, handlers: { tick() {}, line() {} } })).toThrow(
    expect.objectContaining({ code: 'ERR_LOOP_TERMINATED' }),
  )
  const host = new VirtualHost()
  Object.defineProperty(host, 'wakeWord', { value: undefined })
  const deaf = new EventLoop({ host })
  expect(() => deaf.createIngress({ commands, handlers: { tick() {}, line() {} } })).toThrow(
    expect.objectContaining({ code: 'ERR_HOST_UNSUPPORTED' }),
  )
})

test('H-13 rings are read when virtual time is moved, though nobody asked for a visit', async () => {
  const { host, loop, got, open } = start()
  const { producer } = open()
  await host.settle()
  const turns = loop.turnCount
  producer.submit('tick', 1)
  expect(got).toEqual([])
  await host.advanceBy(5)
  expect(got).toEqual([1])
  expect(loop.turnCount).toBe(turns + 1)
  await host.advanceBy(5)
  expect(loop.turnCount).toBe(turns + 1)
  await loop.close()
})

test('O-3 the snapshot counts ports, received records and waiting ones, in all and per ring', async () => {
  const { host, loop, open } = start()
  expect(loop.snapshot().ingress).toEqual({ ports: 0, waiting: 0, received: 0, depths: [] })
  const [first, second, third] = [open(), open(), open()]
  first.producer.submitMany('tick', [[1], [2]])
  third.producer.submit('tick', 3)
  const before = loop.snapshot()
  expect(before.ingress).toEqual({ ports: 3, waiting: 3, received: 0, depths: [2, 0, 1] })
  await host.settle()
  expect(loop.snapshot().ingress).toEqual({ ports: 3, waiting: 0, received: 3, depths: [0, 0, 0] })
  expect(before.ingress.depths).toEqual([2, 0, 1])
  first.port.close()
  await host.settle()
  third.producer.submit('tick', 4)
  expect(loop.snapshot().ingress).toEqual({ ports: 2, waiting: 1, received: 3, depths: [0, 1] })
  for (const { port } of [second, third]) port.close()
  await host.settle()
  expect(loop.snapshot().ingress).toEqual({ ports: 0, waiting: 0, received: 4, depths: [] })
  await loop.close()
})
