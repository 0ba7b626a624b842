// Host functions of a guest in a thread: run on the owner's side, as promises or waited for, and cancelled with the guest.
import { expect, test } from 'vitest'
import type { HostCallContext } from '../../src/sandbox/host-functions.ts'
import { openWorker } from '../support/worker.ts'

test("T-3 a host function runs on the owner's side and is a promise in the guest; errors keep name and message, and their identity", async () => {
  await using opened = await openWorker()
  const { sandbox } = opened
  const failure = new RangeError('no such user')
  sandbox.expose('lookup', async (id: string, { operationId, callId }: HostCallContext) => {
    if (id === 'none') throw failure
    return { id, numbered: operationId > 0 && callId > 0 }
  })
  sandbox.expose('math', { add: (a: number, b: number) => a + b })
  expect(await sandbox.run("lookup('7')")).toEqual({ id: '7', numbered: true })
  expect(await sandbox.run('math.add(40, 2).then((n) => [n, Object.isFrozen(math), typeof math.add(1, 1).then])')).toEqual([
    42,
    true,
    'function',
  ])
  expect(await sandbox.run("lookup('none').catch((e) => [e.name, e.message, e instanceof RangeError])")).toEqual([
    'RangeError',
    'no such user',
    true,
  ])
  const error = await sandbox.run("lookup('none')").catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'ERR_GUEST_EXCEPTION', guestName: 'RangeError' })
  expect((error as { unwrap(): unknown }).unwrap()).toBe(failure)
  expect(sandbox.usage().hostCalls).toMatchObject({ admitted: 5, settled: 5, pending: 0 })
})

test('T-3 arguments and results that are nested deeply, whichever way a walk goes, do not end the stack of the owner', async () => {
  await using opened = await openWorker({ limits: { operationMs: 20_000, hardMs: 40_000 } })
  const { sandbox } = opened
  const depthOf = (value: unknown): number => {
    let depth = 0
    for (let at = value; typeof at === 'object' && at !== null; at = Reflect.get(at, 'o')) depth++
    return depth
  }
  sandbox.expose('depth', depthOf)
  await sandbox.run('globalThis.chain = (n) => { let o = {}; for (let i = 1; i < n; i++) o = { o }; return o }')
  expect(await sandbox.run('depth(chain(20000))')).toBe(20_000)
  expect(depthOf(await sandbox.run('chain(20000)'))).toBe(20_000)
  // All of them are members of one array as well: no more than two steps from the root, but a walk in order goes down the chain.
  const flat = await sandbox.run('const all = []; for (let o = chain(20000); o; o = o.o) all.push(o); all')
  expect(flat).toHaveLength(20_000)
  expect(await sandbox.run('depth([chain(20000)].concat(1)[0])')).toBe(20_000)
  expect(depthOf(await sandbox.call('chain', [499]))).toBe(499)
  expect(depthOf(await sandbox.call('chain', [500]))).toBe(500)
})

test('T-3 a value that cannot cross rejects the call in the guest', async () => {
  await using opened = await openWorker()
  const { sandbox } = opened
  sandbox.expose('bad', () => [() => 1])
  expect(await sandbox.run('bad().catch((e) => [e.code, e.message])')).toEqual([
    'ERR_WORKER_VALUE',
    expect.stringContaining('expose a function'),
  ])
})

test("T-3 with sync: 'block' the guest waits for the answer, at most maxMs; what comes later is dropped and counted", async () => {
  await using opened = await openWorker({ limits: { operationMs: 10_000, hardMs: 20_000, syncHostBudgetMs: 5000 } })
  const { sandbox } = opened
  let answer: (value: string) => void = () => {}
  sandbox.expose('now', { async: () => 41, sync: 'block' })
  sandbox.expose('fail', { async: () => Promise.reject(new TypeError('no')), sync: 'block' })
  sandbox.expose('never', { async: () => new Promise((resolve) => (answer = resolve)), sync: 'block', maxMs: 30 })
  expect(await sandbox.run('now() + 1')).toBe(42)
  expect(await sandbox.run('try { fail() } catch (e) { e.name + e.message }')).toBe('TypeErrorno')
  expect(await sandbox.run('try { never() } catch (e) { e.code }')).toBe('ERR_WORKER_REPLY')
  answer('late')
  await new Promise((resolve) => setImmediate(resolve))
  expect(await sandbox.run('now()')).toBe(41)
  expect(sandbox.usage().hostCalls).toMatchObject({ lateSettlements: 1, pending: 0 })
})

test('T-3 admission is the same as inline: concurrency, rates, pending calls', async () => {
  await using opened = await openWorker({ limits: { maxPendingCalls: 4 } })
  const { sandbox } = opened
  sandbox.expose('one', { async: () => new Promise((resolve) => setTimeout(resolve, 5)), maxConcurrent: 1 })
  sandbox.expose('twice', { async: () => 1, rates: [{ windowMs: 60_000, count: 2 }] })
  sandbox.expose('wait', () => new Promise((resolve) => setTimeout(resolve, 5)))
  const codes = 'Promise.allSettled(calls).then((all) => all.map((r) => r.reason?.code))'
  expect(await sandbox.run(`{ const calls = [one(), one()]; ${codes} }`)).toEqual([undefined, 'ERR_HOST_CALL_LIMIT'])
  expect(await sandbox.run(`{ const calls = [twice(), twice(), twice()]; ${codes} }`)).toEqual([
    undefined,
    undefined,
    'ERR_RATE_LIMITED',
  ])
  expect(await sandbox.run(`{ const calls = [wait(), wait(), wait(), wait(), wait()]; ${codes} }`)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    'ERR_HOST_CALL_LIMIT',
  ])
})

test("T-3 the signal of a call aborts on its timeout, on the wall deadline of its operation, and on the caller's own signal", async () => {
  await using opened = await openWorker()
  const { sandbox } = opened
  const reasons: Promise<unknown>[] = []
  const started: (() => void)[] = []
  const hang = (context: HostCallContext): Promise<never> => {
    reasons.push(new Promise((resolve) => context.signal.addEventListener('abort', () => resolve(context.signal.reason))))
    started.shift()?.()
    return new Promise(() => {})
  }
  sandbox.expose('timed', { async: hang, timeoutMs: 10 })
  sandbox.expose('hang', hang)
  expect(await sandbox.run('timed().catch((e) => e.name)')).toBe('TimeoutError')
  // Time enough to make the call: without it there is no signal.
  await expect(sandbox.run('hang()', { timeoutMs: 1000 })).rejects.toMatchObject({ code: 'ERR_LIMIT_WALL' })
  const controller = new AbortController()
  const running = new Promise<void>((resolve) => started.push(resolve))
  const waiting = sandbox.run('hang()', { signal: controller.signal })
  await running
  const reason = new Error('the caller has gone')
  controller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
  const [timeout, wall, caller] = await Promise.all(reasons)
  expect(timeout).toMatchObject({ name: 'TimeoutError' })
  expect(wall).toMatchObject({ code: 'ERR_LIMIT_WALL' })
  expect(caller).toMatchObject({ message: 'the caller has gone' })
  expect(await sandbox.run('1')).toBe(1)
})

test('T-3 a guest global in the way of a host function rejects, and is told once to onError; nobody needs to wait for it', async () => {
  await using opened = await openWorker()
  const { sandbox, errors } = opened
  await sandbox.run('Object.defineProperty(globalThis, "taken", { value: 1 }); 0')
  await expect(sandbox.expose('taken', () => 1)).rejects.toMatchObject({ code: 'ERR_PROFILE_CONFLICT' })
  expect(errors).toMatchObject([{ error: { code: 'ERR_PROFILE_CONFLICT' }, origin: { kind: 'expose' } }])
  expect(await sandbox.run('taken')).toBe(1)
})

test('T-3 a host function that answers after the death of the guest is dropped and counted; its signal tells', async () => {
  const opened = await openWorker()
  const { sandbox } = opened
  let answer: (value: number) => void = () => {}
  let signal: AbortSignal | undefined
  const called = new Promise<void>((resolve) => {
    sandbox.expose('slow', ({ signal: given }: HostCallContext) => {
      signal = given
      resolve()
      return new Promise((done) => (answer = done))
    })
  })
  const waiting = sandbox.run('slow()')
  await called
  sandbox.close('enough')
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_SANDBOX_CLOSED' })
  expect(signal?.reason).toMatchObject({ code: 'ERR_SANDBOX_CLOSED', cause: 'enough' })
  answer(1)
  await new Promise((resolve) => setImmediate(resolve))
  expect(sandbox.usage().hostCalls.lateSettlements).toBe(1)
  await opened[Symbol.asyncDispose]()
})
