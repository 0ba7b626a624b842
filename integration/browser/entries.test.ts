// The main entries that also serve browsers: they bundle without Node, load without Node's globals, and work there.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { bundleForBrowser, runInBrowserRealm } from './bundle.ts'

test('catrate limits in a browser', async () => {
  const bundle = await bundleForBrowser('@loopwright/catrate')
  const program = `const limiter = new entry.Limiter({ windows: [{ windowMs: 60000, count: 1 }] })
    return [limiter.allow('a').allowed, limiter.allow('a').allowed]`
  expect(await runInBrowserRealm(bundle, program)).toEqual([true, false])
})

test('metrics record in a browser', async () => {
  const bundle = await bundleForBrowser('@loopwright/metrics')
  const program = `const histogram = new entry.Histogram()
    for (let value = 1; value <= 100; value++) histogram.record(value)
    const median = entry.quantile(histogram.snapshot(), 0.5)
    return [histogram.snapshot().count, median > 48 && median < 52]`
  expect(await runInBrowserRealm(bundle, program)).toEqual([100, true])
})

test('logiface loads in a browser, and knows its levels there', async () => {
  const bundle = await bundleForBrowser('@loopwright/logiface')
  const program =
    "return [typeof entry.createLogger, entry.parseLevel('info'), entry.isLogError(new entry.LogError('ERR_LOG_OPTION', 'no'))]"
  expect(await runInBrowserRealm(bundle, program)).toEqual(['function', 6, true])
})

test('js-adapter loads in a browser, its engine on demand', async () => {
  const bundle = await bundleForBrowser('@loopwright/js-adapter', ['@jitl/*'])
  const program = 'return [typeof entry.Sandbox.create, typeof entry.JsAdapterError]'
  expect(await runInBrowserRealm(bundle, program)).toEqual(['function', 'function'])
})

test('a guest runs in a realm that has nothing of Node', async () => {
  const bundle = await bundleForBrowser(
    '@loopwright/js-adapter',
    [],
    "export { EventLoop, VirtualHost } from '@loopwright/eventloop'; export { default as loader } from '@jitl/quickjs-ng-wasmfile-release-sync/emscripten-module'",
  )
  const wasm = await readFile(createRequire(import.meta.url).resolve('@jitl/quickjs-ng-wasmfile-release-sync/wasm'))
  const program = `const { Engine, EventLoop, loader, Sandbox, VirtualHost } = entry
    const engine = await Engine.load({ source: { loader, wasm } })
    const host = new VirtualHost()
    const loop = new EventLoop({ host })
    loop.run()
    const hung = await Sandbox.create({ loop, engine })
    const ended = await hung.run("new Array(1e9).join('x')").catch((error) => error.code)
    const unmetered = await Engine.load({ guard: 'thread', source: { loader, wasm } })
    const refused = await Sandbox.create({ loop, engine: unmetered }).catch((error) => error.code)
    const sandbox = await Sandbox.create({ loop, engine, limits: { hardMs: 90000, operationMs: 60000 } })
    const answer = sandbox.run("new Promise((resolve) => setTimeout(resolve, 5, [6 * 7, crypto.randomUUID().length]))")
    await host.advanceBy(10000)
    return [ended, refused, ...await answer]`
  expect(await runInBrowserRealm(bundle, program, { wasm })).toEqual(['ERR_LIMIT_HARD', 'ERR_LIMIT_UNSUPPORTED', 42, 36])
})

test('an entry that reaches a module of Node does not bundle', async () => {
  await expect(bundleForBrowser('node:fs')).rejects.toThrow('node:fs')
})

test('the realm has nothing of Node', async () => {
  expect(await runInBrowserRealm('var entry = {}', 'return [typeof process, typeof require, typeof Buffer, typeof URL]')).toEqual(
    ['undefined', 'undefined', 'undefined', 'function'],
  )
})
