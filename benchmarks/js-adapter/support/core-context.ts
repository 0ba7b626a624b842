// The anchor of these workloads: a context of quickjs-emscripten over the same engine build.
import type { QuickJSContext, QuickJSSyncVariant } from 'quickjs-emscripten-core'
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core'

function isVariant(value: unknown): value is QuickJSSyncVariant {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'type') === 'sync'
}

/** A fresh context; no limit, no interrupt handler. */
export async function openCoreContext(engine: 'ng' | 'bellard' = 'ng'): Promise<QuickJSContext> {
  const module: unknown = await (engine === 'ng'
    ? import('@jitl/quickjs-ng-wasmfile-release-sync')
    : import('@jitl/quickjs-wasmfile-release-sync'))
  let variant: unknown = module
  while (!isVariant(variant)) variant = Reflect.get(Object(variant), 'default')
  return (await newQuickJSWASMModuleFromVariant(variant)).newContext()
}
