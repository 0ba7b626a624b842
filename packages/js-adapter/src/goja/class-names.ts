// What class an object is of, by the engine's own mark: tags, names and prototypes are the guest's to change.
import type { Core } from '../runtime/core.ts'
import { classId, proxyTarget } from '../runtime/engine-words.ts'
import { CLASS_NAMES } from './guest/source.ts'
import type { Operations } from './operations.ts'

/** Proxies of proxies that are followed. */
const MAX_PROXIES = 10_000

export class ClassNames {
  readonly #core: Core
  readonly #ops: Operations
  readonly #names = new Map<number, string>()

  /** Before guest code: by a sample of each class. */
  constructor(core: Core, ops: Operations) {
    this.#core = core
    this.#ops = ops
    const { instance, marshal } = core
    const samples = ops.run('classSamples')
    for (const [index, name] of CLASS_NAMES.entries()) {
      const sample = instance.exports._QTS_GetPropNumber(instance.ctx, samples, index)
      const id = classId(core, sample)
      if (id >= 0 && !this.#names.has(id)) this.#names.set(id, name)
      marshal.free(sample)
    }
    marshal.free(samples)
  }
  /** Of a borrowed object; that of its target for a Proxy, `Object` for a class that is none of the language's. */
  of(pointer: number): string {
    let target = pointer
    for (let count = 0; count < MAX_PROXIES; count++) {
      const next = proxyTarget(this.#core, target)
      if (next === undefined) break
      if (next === 0 || !this.#core.marshal.isObject(next)) return 'Object' // revoked
      target = next
    }
    const id = classId(this.#core, target)
    // A build whose objects cannot be read: the tag is all there is.
    if (id < 0) return this.#ops.text('className', target)
    return this.#names.get(id) ?? (this.#ops.text('typeOf', target) === 'function' ? 'Function' : 'Object')
  }
}
