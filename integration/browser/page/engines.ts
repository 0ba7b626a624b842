// Engines in a page: the loader by import, the WebAssembly by fetch, where the bundler put them.
import ngWasm from '@jitl/quickjs-ng-wasmfile-release-sync/wasm'
import bellardWasm from '@jitl/quickjs-wasmfile-release-sync/wasm'
import { Engine } from '@loopwright/js-adapter'
import type { OpenEngine } from './guests.ts'

export const openEngine: OpenEngine = (variant) => load(variant, 'meter')
/** One that counts on a thread of the platform, which no page has. */
export const openUnmetered: OpenEngine = (variant) => load(variant, 'thread')

const load = (variant: 'ng' | 'bellard' = 'ng', guard: 'meter' | 'thread'): Promise<Engine> =>
  Engine.load({
    variant,
    guard,
    source:
      variant === 'ng'
        ? { loader: import('@jitl/quickjs-ng-wasmfile-release-sync/emscripten-module'), wasm: ngWasm }
        : { loader: import('@jitl/quickjs-wasmfile-release-sync/emscripten-module'), wasm: fetch(bellardWasm) },
  })
