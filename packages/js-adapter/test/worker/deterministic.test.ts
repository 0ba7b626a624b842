// Deterministic guests in threads: the same bytes each time, and the same as on the calling thread.
import { describe, expect, test } from 'vitest'
import type { AuditRecord } from '../../src/audit.ts'
import { Sandbox } from '../../src/sandbox/sandbox.ts'
import { SandboxPool } from '../../src/pool/pool.ts'
import type { DeterministicOptions } from '../../src/sandbox/options.ts'
import type { VariantName } from '../../src/engine/variant.ts'
import { FakeLoop } from '../support/fake-loop.ts'
import { settled, sharedEngine } from '../support/open.ts'
import { builtEntry, openWorker, PATIENT, runningLoop } from '../support/worker.ts'

const LIMITS = { stackBytes: 32 * 1024, operationMs: 30_000, hardMs: 60_000, wallMs: 1e9 }
const ANSWER = async (x: unknown): Promise<unknown> => [x]

interface Seen {
  readonly lines: readonly string[]
  readonly value: unknown
  readonly error: string | undefined
  readonly usage: unknown
  readonly records: unknown
}

/** A thread counts what it has drawn no further than the last task; memory is the engine's. */
const comparable = ({ lines, value, error, usage, records }: Seen): string => {
  const { memoryBytes: _memory, lostRecords: _lost, ...rest } = Object(usage)
  const figures = Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify({ lines, value, error, figures, records }, undefined, 1)
}

async function inline(source: string, variant: VariantName, deterministic: DeterministicOptions): Promise<string> {
  const loop = new FakeLoop()
  const lines: string[] = []
  const records: AuditRecord[] = []
  const sandbox = await Sandbox.create({
    loop,
    engine: await sharedEngine(variant),
    deterministic,
    limits: LIMITS,
    audit: { write: (record) => void records.push(record) },
    console: { write: (stream, text) => void lines.push(`${stream}: ${text}`) },
  })
  sandbox.expose('answer', ANSWER)
  const outcome = await settled(loop, sandbox.run(source, { name: 'run.js' }))
  sandbox.close()
  const { usage } = await sandbox.exited
  const error = 'error' in outcome ? String(outcome.error) : undefined
  return comparable({
    lines,
    value: 'value' in outcome ? outcome.value : undefined,
    error,
    usage: { ...usage, audit: undefined },
    records,
  })
}

async function threaded(source: string, variant: VariantName, deterministic: DeterministicOptions, pauseMs = 0): Promise<string> {
  const records: AuditRecord[] = []
  const lines: string[] = []
  const opened = await openWorker({
    variant,
    deterministic,
    limits: LIMITS,
    audit: { write: (record) => void records.push(record) },
    console: { write: (stream, text) => void lines.push(`${stream}: ${text}`) },
  })
  const { sandbox } = opened
  // In the order of the calls: the order of answers is the owner's.
  let before: Promise<unknown> = Promise.resolve()
  sandbox.expose('answer', (x: unknown) => {
    before = before.then(() => (pauseMs > 0 ? new Promise((resolve) => setTimeout(resolve, pauseMs * Math.random())) : undefined))
    return before.then(() => ANSWER(x))
  })
  const outcome = await sandbox.run(source, { name: 'run.js' }).then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error: String(error) }),
  )
  await sandbox.idle()
  await opened[Symbol.asyncDispose]()
  const { usage } = await sandbox.exited
  return comparable({ lines, ...outcome, usage: { ...usage, audit: undefined }, records })
}

const PROGRAM = `(async () => {
  console.log(Math.random(), Date.now(), new Date().toISOString(), performance.now(), process.hrtime(), process.uptime())
  setTimeout(() => console.log('timer', Date.now(), Math.random()), 250)
  let ticks = 0
  const every = setInterval(() => { console.log('tick', Date.now()); if (++ticks === 5) clearInterval(every) }, 7)
  await new Promise((done) => setImmediate(() => { console.log('immediate', performance.now()); done() }))
  console.log(await answer(Math.random()))
  const both = [answer('a'), answer('b')]
  console.log(await Promise.race(both), await Promise.all(both))
  await new Promise((done) => setTimeout(done, 1000 * Math.random()))
  console.log(crypto.getRandomValues(new Uint8Array(40)).join(), crypto.randomUUID())
  await new Promise((done) => setTimeout(done, 86_400_000))
  return [Date.now(), new Date(2021, 6, 1).getTimezoneOffset()]
})()`

/** Inline, whether an answer or an immediate comes first is the loop's affair; in a thread the answer does. */
const RACING = `(async () => {
  const out = []
  const note = (label) => out.push(label + ' ' + Date.now() + ' ' + Math.random())
  setImmediate(() => note('immediate'))
  setTimeout(() => note('timer'), 1)
  for (const name of ['a', 'b', 'c']) answer(name).then(async ([x]) => { note(x); note(await answer(x + x)); setImmediate(() => note('after ' + x)) })
  await new Promise((done) => setTimeout(done, 100))
  return out
})()`

describe.each(['ng', 'bellard'] as const)('%s', (variant) => {
  test('S-8 output, result, report and audit are the bytes that an inline sandbox gives, however long its owner takes to answer', async () => {
    const deterministic = { seed: 42, epochMs: 1_700_000_000_000 }
    const expected = await inline(PROGRAM, variant, deterministic)
    expect(expected).toContain('"value": [\n  1700086')
    expect(await threaded(PROGRAM, variant, deterministic)).toBe(expected)
    expect(await threaded(PROGRAM, variant, deterministic, 10)).toBe(expected)
  })

  test('S-8 answers come before timers and immediates, whenever they come', async () => {
    const first = await threaded(RACING, variant, { seed: 3 })
    expect(first).toContain('"value": [\n  "a 0 ')
    for (let round = 0; round < 3; round++)
      expect((await threaded(RACING, variant, { seed: 3 }, round)).split('\n')).toEqual(first.split('\n'))
  })
})

test('S-8 two requests of one task, and one that a result leads to, find the same time in every run', async () => {
  const once = async (): Promise<unknown> => {
    await using opened = await openWorker({ deterministic: { seed: 1 } })
    const { sandbox } = opened
    await sandbox.run('globalThis.log = []; setInterval(() => log.push(Date.now()), 10); 0')
    await new Promise((resolve) => setTimeout(resolve, 20))
    const [first, second] = await Promise.all([
      sandbox.run('new Promise((done) => setTimeout(() => done(Date.now()), 35))'),
      sandbox.run('new Promise((done) => setTimeout(() => done(Date.now()), 55))'),
    ])
    return [first, second, await sandbox.run('[Date.now(), log.length]')]
  }
  const first = await once()
  expect(first).toEqual([35, 55, [55, 5]])
  expect(await once()).toEqual(first)
})

test('S-8 time stands still while nobody waits, and finish() runs what is left', async () => {
  await using opened = await openWorker({ deterministic: { seed: 1 } })
  const { sandbox, lines } = opened
  await sandbox.run("setTimeout(() => console.log('an hour', Date.now()), 3_600_000); 0")
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(lines).toEqual([])
  expect((await sandbox.finish()).reason).toBe('finished')
  expect(lines).toEqual(['an hour 3600000'])
})

test('S-8 limits of real time fail a deterministic run: a soft one, the hard one, and a host call that is never answered', async () => {
  const failed = (cause: string): object => ({ code: 'ERR_NONDETERMINISTIC_STOP', cause: { code: cause } })
  const deterministic = { seed: 1 }
  await using soft = await openWorker({ deterministic, limits: { operationMs: 20, hardMs: 30_000 } })
  await expect(soft.sandbox.run('for (;;);')).rejects.toMatchObject(failed('ERR_LIMIT_OPERATION'))
  expect(soft.sandbox.state).toBe('condemned')
  await using hard = await openWorker({ deterministic, limits: { operationMs: 1500, hardMs: 1520 } })
  await expect(hard.sandbox.run("new Array(1e9).join('x')")).rejects.toMatchObject(failed('ERR_LIMIT_HARD'))
  await using stuck = await openWorker({ deterministic, limits: { ...PATIENT, wallMs: 50 } })
  stuck.sandbox.expose('never', () => new Promise(() => {}))
  await expect(stuck.sandbox.run('never()')).rejects.toMatchObject(failed('ERR_LIMIT_WALL'))
  expect(stuck.sandbox.state).toBe('condemned')
})

test('S-8 a result that nothing will bring meets its wall deadline in virtual time', async () => {
  await using opened = await openWorker({ clock: 'loop' })
  await expect(opened.sandbox.run('new Promise(() => {})')).rejects.toMatchObject({ code: 'ERR_LIMIT_WALL' })
  expect(await opened.sandbox.run('performance.now() >= 30_000')).toBe(true)
})

test('S-8 each lease of a deterministic pool in threads begins alike', async () => {
  await using running = runningLoop()
  const pool = await SandboxPool.create({
    mode: 'worker',
    loop: running.loop,
    threadFile: builtEntry('pool-thread'),
    size: 1,
    deterministic: { seed: 9, epochMs: 77 },
  })
  const seen = new Set<string>()
  for (let turn = 0; turn < 3; turn++) {
    const lease = await pool.acquire()
    seen.add(JSON.stringify([lease.sandbox.id, await lease.sandbox.run('[Math.random(), Date.now(), performance.now()]')]))
    await lease.sandbox.run('new Promise((done) => setTimeout(done, 12345.6))')
    await lease.release()
  }
  expect([...seen]).toHaveLength(1)
  expect([...seen][0]).toContain(',77,')
  await pool[Symbol.asyncDispose]()
})
