// Promises/A+ inside a guest: the public suite, bundled for QuickJS, on a loop in virtual time, with both engines.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import type { Plugin } from 'esbuild'
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { Engine, Sandbox } from '@loopwright/js-adapter'
import type { ConformanceResult, ConformanceSuite } from './suite.ts'

const TESTS_EACH = 872
const FAILURES_SHOWN = 10

/** What the suite's files find instead of node:assert and sinon: the few members they use. */
const SHIMS: Readonly<Record<string, string>> = {
  assert: `
    const fail = (message) => { throw new Error('assertion failed: ' + message) }
    exports = module.exports = (value) => { if (!value) fail(String(value)) }
    exports.strictEqual = (a, b) => { if (!Object.is(a, b) && a !== b) fail(String(a) + ' is not ' + String(b)) }
    exports.notStrictEqual = (a, b) => { if (a === b) fail('both are ' + String(a)) }`,
  sinon: `
    let order = 0
    const spy = (body) => { const calls = []; const f = function (...args) { calls.push({ args, order: ++order }); return body?.() }; f.calls = calls; return f }
    exports.spy = () => spy()
    exports.stub = () => {
      let answer = () => undefined
      const f = spy(() => answer())
      f.returns = (value) => { answer = () => value; return f }
      f.throws = (error) => { answer = () => { throw error }; return f }
      return f
    }
    exports.match = { same: (value) => ({ same: value }) }
    const fail = (message) => { throw new Error('assertion failed: ' + message) }
    exports.assert = {
      callOrder: (...spies) => { let last = 0; for (const { calls } of spies) { if (!(calls[0]?.order > last)) fail('another order'); last = calls[0].order } },
      calledWith: ({ calls }, wanted) => { if (!calls.some(({ args }) => args[0] === wanted.same)) fail('not called with it') },
      notCalled: ({ calls }) => { if (calls.length > 0) fail('called') },
    }`,
}

/** Mocha's words, as far as the suite speaks them; one test after the other, each with a time limit. */
const RUNNER = `
const tests = [], titles = [], before = [], after = []
globalThis.describe = (title, body) => {
  titles.push(title); const heights = [before.length, after.length]
  body(); titles.pop(); before.length = heights[0]; after.length = heights[1]
}
globalThis.beforeEach = (hook) => before.push(hook)
globalThis.afterEach = (hook) => after.push(hook)
globalThis.specify = globalThis.it = (title, body) => tests.push({ title: [...titles, title].join(' '), body, before: [...before], after: [...after] })
globalThis.adapter = {
  resolved: (value) => Promise.resolve(value), rejected: (reason) => Promise.reject(reason),
  deferred: () => { const { promise, resolve, reject } = Promise.withResolvers(); return { promise, resolve, reject } },
}
let failCurrent = () => {}
process.on('unhandledRejection', () => {})
process.on('uncaughtException', (error) => failCurrent(error))
const runOne = ({ body, before, after }) => new Promise((resolve, reject) => {
  failCurrent = reject
  const timer = setTimeout(() => reject(new Error('timed out')), 10000)
  const done = (error) => { clearTimeout(timer); if (error) reject(error); else resolve() }
  for (const hook of before) hook()
  if (body.length > 0) body(done); else { body(); done() }
}).finally(() => { for (const hook of after) hook() })
globalThis.runTests = async () => {
  let passed = 0; const failures = []
  for (const test of tests) { try { await runOne(test); passed++ } catch (error) { failures.push(test.title + ': ' + error?.message) } }
  return { passed, failures, total: tests.length }
}
`

async function bundledSuite(): Promise<string> {
  const root = dirname(createRequire(import.meta.url).resolve('promises-aplus-tests/package.json'))
  const shims: Plugin = {
    name: 'shims',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(?:assert|sinon)$/ }, ({ path }) => ({ path, namespace: 'shim' }))
      onLoad({ filter: /./, namespace: 'shim' }, ({ path }) => ({ contents: SHIMS[path] ?? '' }))
    },
  }
  const { outputFiles } = await build({
    entryPoints: [join(root, 'lib/testFiles.js')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'neutral',
    plugins: [shims],
  })
  return `${RUNNER}\n${outputFiles[0]?.text ?? ''}`
}

interface GuestResult {
  readonly passed: number
  readonly total: number
  readonly failures: readonly string[]
}

async function runIn(variant: 'ng' | 'bellard', source: string): Promise<GuestResult> {
  const host = new VirtualHost()
  const loop = new EventLoop({ host, autoExit: true, slowCallback: { thresholdMs: Number.POSITIVE_INFINITY } })
  const sandbox = await Sandbox.create({
    loop,
    engine: await Engine.load({ variant }),
    clock: 'loop',
    limits: { operationMs: 60_000, hardMs: false, wallMs: Number.POSITIVE_INFINITY },
  })
  try {
    const result = sandbox.run(source).then(() => sandbox.call('runTests'))
    result.catch(() => {})
    let over = false
    const running = loop.run().finally(() => {
      over = true
    })
    while (!over) await host.runAll()
    await running
    return (await result) as GuestResult
  } finally {
    sandbox.close()
  }
}

async function run(): Promise<ConformanceResult> {
  const source = await bundledSuite()
  let passed = 0
  const failures: string[] = []
  for (const variant of ['ng', 'bellard'] as const) {
    const result = await runIn(variant, source)
    passed += result.passed
    failures.push(...result.failures.map((failure) => `${variant}: ${failure}`))
    if (result.total !== TESTS_EACH) failures.push(`${variant}: ${result.total} tests ran, not ${TESTS_EACH}`)
  }
  return { passed, failed: failures.length, skipped: 0, failures: failures.slice(0, FAILURES_SHOWN) }
}

export const suite: ConformanceSuite = { name: 'promises-guest', run }
