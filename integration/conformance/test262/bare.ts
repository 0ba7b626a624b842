// The bare engine: the stock build through its own binding, a context for each test, and nothing else.
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { createContext, Script } from 'node:vm'
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core'
import type { QuickJSContext, QuickJSHandle, QuickJSSyncVariant, QuickJSWASMModule } from 'quickjs-emscripten-core'
import { HARD_MS, MEMORY_BYTES, SOFT_MS, STACK_BYTES } from './limits.ts'
import { judge, sourceOf } from './metadata.ts'
import type { Harness, Test262Result, Test262Run } from './metadata.ts'

function isVariant(value: unknown): value is QuickJSSyncVariant {
  return typeof value === 'object' && value !== null && Reflect.get(value, 'type') === 'sync'
}

export async function loadVariant(name: 'ng' | 'bellard'): Promise<QuickJSSyncVariant> {
  let variant: unknown = await (name === 'ng'
    ? import('@jitl/quickjs-ng-wasmfile-release-sync')
    : import('@jitl/quickjs-wasmfile-release-sync'))
  while (!isVariant(variant)) variant = Reflect.get(Object(variant), 'default')
  // An abort is told by its exception; the binding's types leave these two out.
  const silent: object = { print: () => {}, printErr: () => {} }
  return newVariant(variant, { emscriptenModule: { ...silent } })
}

export class BareEngine {
  readonly #variant: QuickJSSyncVariant
  readonly #harness: Harness
  readonly #testFolder: string
  readonly #slot: { run: () => void }
  readonly #guard: () => void
  #module: QuickJSWASMModule | undefined

  constructor(variant: QuickJSSyncVariant, harness: Harness, testFolder: string) {
    this.#variant = variant
    this.#harness = harness
    this.#testFolder = testFolder
    const slot = { run: () => {} }
    this.#slot = slot
    const context = createContext({ slot })
    const script = new Script('slot.run()')
    this.#guard = () => void script.runInContext(context, { timeout: HARD_MS })
  }

  async run(test: Test262Run): Promise<Test262Result> {
    this.#module ??= await newQuickJSWASMModuleFromVariant(this.#variant)
    const module = this.#module
    let result: Test262Result = { passed: false, why: 'stopped by the host' }
    this.#slot.run = () => {
      result = this.#inside(module, test)
    }
    try {
      this.#guard()
    } catch (error) {
      // An abort, a stack overflow of the host, or the guard: nothing in this module can be trusted any more.
      this.#module = undefined
      return { passed: false, why: `the engine was lost: ${error instanceof Error ? error.message : String(error)}` }
    }
    return result
  }

  #inside(module: QuickJSWASMModule, test: Test262Run): Test262Result {
    const { file, mode } = test
    const runtime = module.newRuntime({ memoryLimitBytes: MEMORY_BYTES, maxStackSizeBytes: STACK_BYTES })
    const endsAtMs = performance.now() + SOFT_MS
    runtime.setInterruptHandler(() => performance.now() > endsAtMs)
    runtime.setModuleLoader(
      (name) => readFileSync(join(this.#testFolder, name), 'utf8'),
      (base, name) => (name.startsWith('.') ? relative('/', join('/', dirname(base), name)) : name),
    )
    const context = runtime.newContext()
    let printed: string | undefined
    const report = context.newFunction('__report', (text) => {
      printed ??= context.getString(text)
    })
    context.setProp(context.global, '__report', report)
    report.dispose()
    let thrown: string | undefined
    if (mode !== 'raw') thrown = evaluate(context, this.#harness.prelude, 'harness.js') ?? this.#extras(context, test)
    if (thrown === undefined)
      thrown = mode === 'module' ? evaluateModule(context, file.text, file.path) : evaluate(context, sourceOf(test), file.path)
    const jobs = runtime.executePendingJobs()
    jobs.dispose()
    const result = judge(file, thrown, printed)
    try {
      context.dispose()
      runtime.dispose()
    } catch {
      // This binding aborts where a test leaves something behind; its verdict stands.
      this.#module = undefined
    }
    return result
  }
  #extras(context: QuickJSContext, { file }: Test262Run): string | undefined {
    const text = this.#harness.extras(file)
    return text === undefined ? undefined : evaluate(context, text, 'includes.js')
  }
}

/** @returns the name of the error. */
function evaluate(context: QuickJSContext, source: string, name: string): string | undefined {
  const result = context.evalCode(source, name)
  if (result.error === undefined) {
    result.value.dispose()
    return undefined
  }
  return nameOf(context, result.error)
}
function evaluateModule(context: QuickJSContext, source: string, name: string): string | undefined {
  const result = context.evalCode(source, name, { type: 'module' })
  if (result.error !== undefined) return nameOf(context, result.error)
  context.runtime.executePendingJobs().dispose()
  const state = context.getPromiseState(result.value)
  let thrown: string | undefined
  if (state.type === 'rejected') thrown = nameOf(context, state.error)
  if (state.type === 'pending') thrown = 'pending for ever'
  result.value.dispose()
  return thrown
}
function nameOf(context: QuickJSContext, error: QuickJSHandle): string {
  const dumped: unknown = context.dump(error)
  error.dispose()
  const name: unknown = Reflect.get(Object(dumped), 'name')
  return typeof name === 'string' ? name : String(dumped)
}
