// The peer that can restore a snapshot: its engine, compiled once as ours is.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { QuickJSOptions } from 'quickjs-wasi'

type Compiled = NonNullable<QuickJSOptions['wasm']>
interface Compiler {
  compile(bytes: Uint8Array): Promise<Compiled>
}

function isCompiler(value: unknown): value is Compiler {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'compile') === 'function'
}

export async function compiledPeer(): Promise<{ readonly wasm: Compiled }> {
  const bytes = await readFile(createRequire(import.meta.url).resolve('quickjs-wasi/quickjs.wasm'))
  const api: unknown = Reflect.get(globalThis, 'WebAssembly')
  if (!isCompiler(api)) throw new TypeError('this platform has no WebAssembly')
  return { wasm: await api.compile(bytes) }
}
