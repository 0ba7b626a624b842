// Global code, programs and modules: evaluated in one runtime, their errors described by where they were written.
import { JsAdapterError } from '../errors.ts'
import { GuestThrow } from '../runtime/marshal.ts'
import type { NodeBuiltin } from '../runtime/node-builtins.ts'
import type { Bridge } from './bridge.ts'
import type { GuestObject, GuestValue } from './guest-object.ts'
import { GuestPromise } from './guest-promise.ts'
import type { ModuleGraph } from './module-graph.ts'

const STRICT_CODE = 8
const MODULE_CODE = 1

export class Scripts {
  readonly #bridge: Bridge
  readonly #modules: ModuleGraph | undefined
  constructor(bridge: Bridge, modules: ModuleGraph | undefined) {
    this.#bridge = bridge
    this.#modules = modules
  }
  /** The `node:` modules that the guest may import once there is a profile. */
  get nodeBuiltins(): readonly NodeBuiltin[] {
    return this.#modules?.nodeBuiltins ?? []
  }

  /** An entry of its own, or a visit inside one. hot: benchmarks/js-adapter/eval-one-plus-one */
  run(name: string, source: string, strict = false): GuestValue {
    const { entries } = this.#bridge
    const flags = strict ? STRICT_CODE : undefined
    if (!entries.begin()) return entries.enter(() => this.#evaluate(name, source, flags), 'script')
    let result: GuestValue
    try {
      result = this.#evaluate(name, source, flags)
    } catch (thrown) {
      return entries.fail(thrown)
    }
    entries.end()
    return result
  }
  #evaluate(name: string, source: string, flags: number | undefined): GuestValue {
    const { core } = this.#bridge
    let pointer: number
    try {
      pointer = core.marshal.checked(core.evaluate(source, name, flags))
    } catch (thrown) {
      if (!(thrown instanceof GuestThrow) || core.latch.set) throw thrown
      throw this.#bridge.describe(thrown, { text: source, fileName: name })
    }
    return this.#bridge.take(pointer)
  }

  /** Resolves with the module's namespace after its top-level awaits. */
  async runModule(specifier: string, source: string | undefined): Promise<GuestObject> {
    const bridge = this.#bridge
    bridge.entries.assertUsable()
    const graph = this.#modules
    if (graph === undefined) throw new JsAdapterError('ERR_MODULE_DENIED', 'this runtime was made without the option modules')
    const name = graph.nameOf(specifier, '')
    const text = await graph.collect(name, source, '')
    const result = bridge.entries.enter(() => this.#evaluate(name, text, MODULE_CODE), 'module')
    return bridge.expectObject(result instanceof GuestPromise ? await bridge.promises.settled(result) : result)
  }
}
