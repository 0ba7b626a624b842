// Engines of parts that the caller brings.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { EventLoop } from '@loopwright/eventloop'
import { expect, test } from 'vitest'
import { Engine, Sandbox } from '../../src/index.ts'
import type { EngineSource } from '../../src/index.ts'

const PACKAGE = '@jitl/quickjs-ng-wasmfile-release-sync'
const bytes = await readFile(createRequire(import.meta.url).resolve(`${PACKAGE}/wasm`))
const loader = (): Promise<object> => import('@jitl/quickjs-ng-wasmfile-release-sync/emscripten-module')
const dataUrl = `data:application/wasm;base64,${bytes.toString('base64')}`
const exact = (): ArrayBuffer => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer

const sources: Readonly<Record<string, () => EngineSource>> = {
  'bytes, and the promise of a module': () => ({ loader: loader(), wasm: bytes }),
  'a buffer': () => ({ loader: loader(), wasm: exact() }),
  'a URL as text': () => ({ loader: loader(), wasm: dataUrl }),
  'a URL': () => ({ loader: loader(), wasm: new URL(dataUrl) }),
  'a response on its way': () => ({ loader: loader(), wasm: fetch(dataUrl) }),
}
test.each(Object.keys(sources))('an engine is made of %s', async (name) => {
  const engine = await Engine.load({ source: sources[name]?.() })
  const installed = await Engine.load()
  expect(engine.identity).toEqual(installed.identity)
})

test('a guest of such an engine is bounded as any other', async () => {
  await using loop = new EventLoop()
  void loop.run()
  const { default: load } = (await loader()) as { readonly default: object }
  const engine = await Engine.load({ source: { loader: load, wasm: bytes } })
  await using sandbox = await Sandbox.create({ loop, engine, limits: { operationMs: 50, hardMs: 2000 } })
  await expect(sandbox.run('for (;;);')).rejects.toMatchObject({ code: 'ERR_LIMIT_OPERATION' })
})

test.each([
  ['no loader', () => ({ loader: {}, wasm: bytes })],
  ['no bytes', () => ({ loader: () => {}, wasm: 42 as unknown as string })],
  ['nothing', () => ({ loader: () => {}, wasm: null as unknown as string })],
  ['an answer that is no success', () => ({ loader: () => {}, wasm: new Response(null, { status: 404 }) })],
  ['a refusal', () => ({ loader: Promise.reject(new Error('no')), wasm: bytes })],
] as const)('%s is refused as ERR_ENGINE_VARIANT, with the cause', async (_name, sourceOf) => {
  const refusal = Engine.load({ source: sourceOf() as EngineSource })
  await expect(refusal).rejects.toMatchObject({ code: 'ERR_ENGINE_VARIANT' })
  await expect(refusal).rejects.toHaveProperty('cause')
})

test('bytes that are no engine are refused by the platform', async () => {
  await expect(Engine.load({ source: { loader: loader(), wasm: new Uint8Array(64) } })).rejects.toThrow()
})
