// How a guest in a thread ends: by its hard limit, by its owner, or with its thread; and who comes first when two of them meet.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { ControlBlock, createControlMemory } from '../../src/worker/control-block.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { Watchdog } from '../../src/worker/watchdog.ts'
import { openWorker, PATIENT, runningLoop, unmeteredEntry } from '../support/worker.ts'

const HANG = "new Array(1e9).join('x')"
const SOON = { operationMs: 600, hardMs: 1000 }

/** A thread of another kind, for threads that fail. */
function threadOf(source: string): URL {
  const folder = join(import.meta.dirname, '../../node_modules/.thread-source')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `faulty-${process.pid}-${source.length}.mjs`)
  writeFileSync(file, source)
  return pathToFileURL(file)
}

/** Whose time is over: the engine's own count, or the owner's watch. */
const ENDED_BY = {
  'the meter': () => undefined,
  'its owner': () => unmeteredEntry('thread'),
} as const
const byWhom = Object.keys(ENDED_BY) as (keyof typeof ENDED_BY)[]
const threadFileOf = (who: keyof typeof ENDED_BY): { readonly threadFile?: URL } => {
  const threadFile = ENDED_BY[who]()
  return threadFile === undefined ? {} : { threadFile }
}

test.each(byWhom)(
  'T-2 a native that no poll can stop is ended by %s: what was said before arrives, pending results reject, calls abort',
  async (who) => {
    await using opened = await openWorker({ limits: SOON, ...threadFileOf(who) })
    const { sandbox, lines } = opened
    const aborted = new Promise((resolve) => {
      sandbox.expose('slow', ({ signal }: { signal: AbortSignal }) => {
        signal.addEventListener('abort', () => resolve(signal.reason))
        return new Promise(() => {})
      })
    })
    const first = sandbox.run('slow()').catch((error: unknown) => error)
    await sandbox.run('console.log("before"); 1')
    const hung = sandbox.run(`console.log("in it"); ${HANG}`)
    await expect(hung).rejects.toMatchObject({ code: 'ERR_LIMIT_HARD', limit: 'hardMs', configured: 1000, isTimeout: true })
    expect(await first).toMatchObject({ code: 'ERR_LIMIT_HARD' })
    expect(await aborted).toMatchObject({ code: 'ERR_LIMIT_HARD' })
    expect(lines).toEqual(['before', 'in it'])
    expect(sandbox.state).toBe('condemned')
    expect(await sandbox.exited).toMatchObject({ reason: 'limit', exitCode: undefined, usage: { limits: { hardMs: 1 } } })
    await expect(sandbox.run('1')).rejects.toMatchObject({ code: 'ERR_SANDBOX_CONDEMNED', cause: { code: 'ERR_LIMIT_HARD' } })
    expect(() => sandbox.interrupt('x')).toThrow(expect.objectContaining({ code: 'ERR_SANDBOX_CONDEMNED' }))
  },
)

test.each([
  ['the meter', 'timer'],
  ['its owner', 'thread'],
] as const)('T-2 a timer that hangs is ended by %s, and reported', async (who, kind) => {
  const kinds: string[] = []
  // Where a busy machine gives the thread no time between its own limit and its owner's watch, the owner is first.
  while (!kinds.includes(kind) && kinds.length < 5) {
    await using opened = await openWorker({ limits: SOON, ...threadFileOf(who) })
    await opened.sandbox.run(`setTimeout(() => { ${HANG} }, 1); 0`)
    await opened.sandbox.exited
    expect(opened.errors).toMatchObject([{ error: { code: 'ERR_LIMIT_HARD' }, origin: { limit: 'hardMs' } }])
    kinds.push(opened.errors[0]?.origin.kind ?? '')
  }
  expect(kinds.at(-1)).toBe(kind)
  expect(kinds.slice(0, -1).every((earlier) => earlier === 'thread')).toBe(true)
})

test('T-2 natives end while the owner is blocked: its watch is not needed for them', async () => {
  await using opened = await openWorker({ limits: SOON })
  const { sandbox } = opened
  let ended = false
  const hung = sandbox.run(HANG).catch((thrown: unknown) => thrown)
  void sandbox.exited.then(() => {
    ended = true
  })
  while (sandbox.state !== 'running') await new Promise((resolve) => setImmediate(resolve))
  const memory = new Int32Array(new SharedArrayBuffer(4))
  // The owner looks at nothing while it waits here.
  while (sandbox.state === 'running') Atomics.wait(memory, 0, 0, 10)
  expect(ended).toBe(false)
  expect(await hung).toMatchObject({ code: 'ERR_LIMIT_HARD', limit: 'hardMs', configured: 1000 })
})

test('T-2 guardInWorker stops inside the thread what the meter does not', async () => {
  await using guarded = await openWorker({ limits: SOON, guardInWorker: true, threadFile: unmeteredEntry('thread') })
  const error = await guarded.sandbox.run(HANG).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'ERR_LIMIT_HARD' })
  expect(guarded.sandbox.state).toBe('condemned')
})

test('T-2 soft limits leave the guest and its other work alone', async () => {
  await using opened = await openWorker({ limits: { operationMs: 800, hardMs: 20_000 } })
  const { sandbox } = opened
  await sandbox.run('globalThis.ticks = 0; setInterval(() => { ticks++ }, 2).unref(); 0')
  await expect(sandbox.run('try { for (;;); } finally { ticks = -1e9 }')).rejects.toMatchObject({ code: 'ERR_LIMIT_OPERATION' })
  expect(await sandbox.run('new Promise((r) => setTimeout(() => r(ticks > 0), 20))')).toBe(true)
  expect(sandbox.usage().limits).toEqual({ operationMs: 1 })
})

test("T-2 an interrupt stops what runs, or the next entry, once; its reason is the error's", async () => {
  await using opened = await openWorker()
  const { sandbox } = opened
  const reason = { why: 'test' }
  const waiting = sandbox
    .run('new Promise((r) => setTimeout(() => { console.log("in it"); for (;;); }, 1))')
    .catch((error: unknown) => error)
  while (opened.lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
  sandbox.interrupt(reason)
  while (opened.errors.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(opened.errors[0]?.error).toMatchObject({ code: 'ERR_INTERRUPTED', value: reason })
  // What the stopped entry left behind is an entry of its own, in a later turn, and would be the next one.
  await sandbox.run('new Promise((r) => setTimeout(r, 20))')
  expect(await sandbox.run('0')).toBe(0)
  sandbox.interrupt('next')
  await expect(sandbox.run('globalThis.ran = 1')).rejects.toMatchObject({ code: 'ERR_INTERRUPTED', value: 'next' })
  expect(await sandbox.run('typeof ran')).toBe('undefined')
  sandbox.close()
  expect(await waiting).toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
})

test('T-2 an operation that may take long does not keep the watch from the next one, which may not', async () => {
  const memory = createControlMemory()
  const [thread, owner] = [new ControlBlock(memory), new ControlBlock(memory)]
  const killed = new Promise<number>((resolve) => {
    const watchdog = new Watchdog(owner, 10, (stamp) => {
      watchdog.stop()
      resolve(stamp.allowedMs)
    })
  })
  thread.begin(3_600_000)
  await new Promise((resolve) => setTimeout(resolve, 40))
  expect(thread.end()).toBe(true)
  thread.begin(10)
  // The watch's own timers hold nothing open.
  const holding = setInterval(() => {}, 1000)
  expect(await killed).toBe(10)
  clearInterval(holding)
})

test('T-2 forced orders: an operation ends once, by itself or by its kill, whichever comes first', () => {
  const memory = createControlMemory()
  const [thread, owner] = [new ControlBlock(memory), new ControlBlock(memory)]
  thread.begin(100)
  const first = owner.stamp()
  expect(first).toMatchObject({ allowedMs: 100 })
  expect(thread.end()).toBe(true)
  expect(owner.kill(first?.entry ?? 0)).toBe(false)
  expect(owner.stamp()).toBeUndefined()
  thread.begin(100)
  // A stamp of an earlier operation kills no later one.
  expect(owner.kill(first?.entry ?? 0)).toBe(false)
  const second = owner.stamp()
  expect(owner.kill(second?.entry ?? 0)).toBe(true)
  expect(owner.kill(second?.entry ?? 0)).toBe(false)
  expect(thread.end()).toBe(false)
  expect(owner.stamp()).toBeUndefined()
})

test("T-6 a thread that runs out of V8's memory rejects what is pending, with the cause; the process and other sandboxes live", async () => {
  await using neighbour = await openWorker()
  await using opened = await openWorker({
    // Several times what a thread takes that is made from source: V8 ends the process where it finds no room for what it cannot do without.
    resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    limits: { ...PATIENT, maxResultBytes: 2 ** 29, memoryBytes: 2 ** 30, maxResultNodes: 1e8 },
  })
  const { sandbox } = opened
  const waiting = sandbox.run('new Promise(() => {})').catch((error: unknown) => error)
  const large = sandbox.run('Array.from({ length: 3e5 }, (_, i) => [i])').catch((error: unknown) => error)
  expect(await large).toMatchObject({ code: 'ERR_WORKER_TERMINATED', cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } })
  expect(await waiting).toMatchObject({ code: 'ERR_WORKER_TERMINATED' })
  expect(sandbox.state).toBe('condemned')
  expect(await sandbox.exited).toMatchObject({ reason: 'terminated' })
  expect(await neighbour.sandbox.run('6 * 7')).toBe(42)
})

test('T-6 a thread that cannot start is a coded error: no such file, a throw, an exit before the sandbox is open', async () => {
  await using running = runningLoop()
  const open = (threadFile: URL): Promise<unknown> => Sandbox.create({ mode: 'worker', loop: running.loop, threadFile })
  for (const file of [new URL('file:///nowhere/thread.mjs'), threadOf('throw new Error("broken")'), threadOf('process.exit(3)')])
    await expect(open(file)).rejects.toMatchObject({ code: 'ERR_WORKER_START', cause: { code: 'ERR_WORKER_TERMINATED' } })
})

test('close vs call: both orders of a close and a result; nothing is left waiting, and closing twice is closing once', async () => {
  await using opened = await openWorker()
  const { sandbox } = opened
  const before = await sandbox.run('1')
  const waiting = sandbox.run('2')
  sandbox.close()
  sandbox.close()
  expect(before).toBe(1)
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
  await expect(sandbox.call('f')).rejects.toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
  expect(() => sandbox.expose('f', () => 1)).toThrow(expect.objectContaining({ code: 'ERR_SANDBOX_CLOSED' }))
  expect(await sandbox.exited).toMatchObject({ reason: 'closed', error: { code: 'ERR_SANDBOX_CLOSED' } })
  expect(await sandbox.finish()).toMatchObject({ reason: 'closed' })
  await sandbox.idle()
})

test('abort vs start: a signal that has aborted sends nothing; one that aborts later rejects with its reason', async () => {
  await using opened = await openWorker()
  const { sandbox } = opened
  const reason = new Error('gone')
  await expect(sandbox.run('globalThis.ran = 1', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const controller = new AbortController()
  const waiting = sandbox.run('globalThis.later = 1; new Promise(() => {})', { signal: controller.signal })
  controller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  expect(await sandbox.run('typeof ran')).toBe('undefined')
  await sandbox.idle()
})

test('T-4 logs and samples come to the owner, a sink that throws harms nothing, and what was said is not lost', async () => {
  const samples: string[] = []
  const logs: unknown[] = []
  await using opened = await openWorker({
    observer: {
      enabled: true,
      onOperation: ({ kind, outcome }) => samples.push(`${kind} ${outcome}`),
      onInstance: () => {
        throw new Error('a broken observer')
      },
    },
    logger: {
      enabled: (level) => level !== 'debug',
      log: (level, message, fields) => logs.push([level, message, fields['code']]),
    },
    console: {
      write: () => {
        throw new Error('a broken sink')
      },
    },
  })
  const { sandbox } = opened
  expect(await sandbox.run('for (let i = 0; i < 300; i++) console.log(i); 5')).toBe(5)
  await expect(sandbox.run('for (;;);', { operationMs: 30 })).rejects.toMatchObject({ code: 'ERR_LIMIT_OPERATION' })
  expect(samples).toEqual(['run ok', 'run operationMs'])
  expect(logs).toContainEqual(['warn', 'a guest was stopped or failed', 'ERR_LIMIT_OPERATION'])
  expect(logs.filter((log) => /sink/.test(JSON.stringify(log)))).toHaveLength(1)
  expect(sandbox.usage().lostRecords).toBe(0)
})

test('T-4 an owner that reads nothing for long loses output beyond the shared memory, and counts it', async () => {
  await using opened = await openWorker({ limits: { ...PATIENT, maxConsoleBytes: Number.POSITIVE_INFINITY } })
  const { sandbox, lines } = opened
  const flooding = sandbox.run('for (let i = 0; i < 1100; i++) console.log("x".repeat(500)); 1')
  const untilMs = performance.now() + 400
  while (performance.now() < untilMs);
  expect(await flooding).toBe(1)
  await sandbox.idle()
  expect(lines.length + sandbox.usage().lostRecords).toBeGreaterThanOrEqual(1100)
  expect(lines.length).toBeGreaterThan(300)
})
