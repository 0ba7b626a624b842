// Guests in Chromium: what they do there is what they do in Node, and what only Node can do is refused.
import { Engine, Image } from '@loopwright/js-adapter'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { bundlePage, noChromium, openPage } from './chromium.ts'
import type { OpenPage } from './chromium.ts'
import * as guests from './page/guests.ts'

// A browser starts slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const inNode: guests.OpenEngine = (variant = 'ng') => Engine.load({ variant })
/** As DevTools carries it. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

/** No `unsafe-eval`: the engine needs WebAssembly and nothing else. */
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:"

let opened: OpenPage
beforeAll(async () => {
  if (noChromium === undefined)
    opened = await openPage(await bundlePage(join(import.meta.dirname, 'page'), ['main.ts', 'worker.ts']), 'main.js', POLICY)
})
beforeEach((context) => context.skip(noChromium !== undefined, noChromium))
afterAll(() => opened?.[Symbol.asyncDispose]())

test.each(['ng', 'bellard'] as const)(
  'ticks, jobs, timers and host calls of %s come in the order that they have in Node',
  async (variant) => {
    const [value, lines] = (await opened.ask('order', variant)) as [unknown, readonly string[]]
    expect(value).toBe(42)
    expect(lines).toHaveLength(8)
    expect([value, lines]).toEqual(asJson(await guests.order(inNode, variant)))
  },
)

test('the soft limit stops a loop and an endless chain of awaits; timers of the same guest go on', async () => {
  expect(await opened.ask('softLimit')).toEqual(['ERR_LIMIT_OPERATION', 'ERR_LIMIT_OPERATION', 10, 'ready'])
})

test.each(['ng', 'bellard'] as const)('L-7 natives of %s that ask nothing are ended by the hard limit', async (variant) => {
  const ended = ['ERR_LIMIT_HARD', 'condemned']
  expect(await opened.ask('hardLimit', variant)).toEqual([
    true,
    ...[ended, ended, ended, ended],
    ['ERR_LIMIT_HARD', 42],
    [expect.stringMatching(/^ERR_LIMIT_(HARD|OPERATION)$/), 2],
  ])
})

test.each(['ng', 'bellard'] as const)('recursion and memory of %s end in the guest, as in Node', async (variant) => {
  const seen = await opened.ask('exhaustion', variant)
  expect(seen).toEqual(asJson(await guests.exhaustion(inNode, variant)))
  expect((seen as unknown[]).slice(0, 6).map((one) => (one as unknown[])[1])).toEqual([42, 42, 42, 42, 42, 42])
})

test('values and texts cross as they do in Node, unit by unit', async () => {
  expect(await opened.ask('values')).toEqual(asJson(await guests.values(inNode)))
})

test('a hardened and deterministic sandbox gives the bytes that it gives in Node, hashes in its audit included', async () => {
  const seen = await opened.ask('deterministic')
  expect(seen).toEqual(asJson(await guests.deterministic(inNode)))
  expect(JSON.stringify(seen)).toMatch(/\\"sha256\\":\\"[0-9a-f]{64}/)
})

test('randomness comes from the platform', async () => {
  expect(await opened.ask('randomness')).toEqual([8194, true, true])
})

test('a pool leases copies of an image, and resets them', async () => {
  const seen = await opened.ask('pool')
  expect(seen).toMatchObject({ answers: [1, 2, 3, 4, 5, 6].map((n) => [n, 'undefined']), leases: 6, resets: 6 })
})

test('an image that was made in Node is loaded in a page', async () => {
  const engine = await inNode()
  const image = await Image.create({ engine, prelude: 'function main(n) { return n + 1000 }' })
  const seen = await opened.ask('pool', Array.from(image.save()))
  expect(seen).toMatchObject({
    answers: [1001, 1002, 1003, 1004, 1005, 1006].map((n) => [n, 'undefined']),
    identity: image.identity,
  })
})

test('a runtime of the goja face works: host functions, timers, URLs, exceptions with frames', async () => {
  const seen = await opened.ask('goja')
  expect(seen).toEqual([12, 'timer/http://xn--bcher-kva.example/%C3%A4?q=1', ['TypeError', 'failing.js']])
})

test('in a worker, the soft limit works, and what it cannot stop ends with the worker', async () => {
  const unstoppable = 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 9)'
  const seen = await opened.ask('inWorker', unstoppable, '6 * 7', 'for (;;);', "[1, 2].join('-')")
  expect(seen).toEqual(['ready', { value: 42 }, { code: 'ERR_LIMIT_OPERATION' }, { value: '1-2' }, 'no answer'])
  expect(await opened.ask('softLimit')).toHaveLength(4)
})

test('what only Node can do is refused by a code, and hard limits of an engine without a meter', async () => {
  expect(await opened.ask('refused')).toEqual([
    'ERR_LIMIT_UNSUPPORTED',
    'ERR_LIMIT_UNSUPPORTED',
    'ERR_LIMIT_UNSUPPORTED',
    'ERR_WORKER_START',
    'ERR_WORKER_START',
    'ERR_ENGINE_VARIANT',
    'ERR_ENGINE_VARIANT',
    'ERR_ENGINE_VARIANT',
    'ERR_LIMIT_UNSUPPORTED',
  ])
})

test('the page saw no error', () => {
  expect(opened.problems.filter((text) => !text.includes('404'))).toEqual([])
})
