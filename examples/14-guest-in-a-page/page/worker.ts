// The page's worker: the engine from where the bundler put it, and a guest for each script that the page sends.
import wasm from '@jitl/quickjs-ng-wasmfile-release-sync/wasm'
import { Engine } from '@loopwright/js-adapter'
import { openRules } from './rule.ts'

const scope = globalThis as unknown as {
  addEventListener(type: 'message', listener: (event: { readonly data: string }) => void): void
  postMessage(message: unknown): void
}

const loader = import('@jitl/quickjs-ng-wasmfile-release-sync/emscripten-module')
const rules = openRules(await Engine.load({ source: { loader, wasm } }))
scope.addEventListener('message', ({ data }) => void rules.run(data).then((answer) => scope.postMessage(answer)))
scope.postMessage('ready')
