// Source text into guest memory, and its evaluation.
import { EngineFull } from '../engine/instance.ts'
import type { Marshal } from './marshal.ts'

const EVAL_COMPILE_ONLY = 32
const GLOBAL_CODE = 0
const MAX_FILE_NAMES = 16
/** Code units that fit the instance's scratch memory however they are encoded. */
const SHORT_SOURCE = 1024

export class Evaluator {
  readonly #marshal: Marshal
  readonly #encoder = new TextEncoder()
  readonly #fileNames = new Map<string, number>()

  constructor(marshal: Marshal) {
    this.#marshal = marshal
  }

  /** Evaluates global code; the result may be an exception. */
  evaluate(source: string, fileName: string, flags: number = GLOBAL_CODE): number {
    const { instance } = this.#marshal
    const file = this.#fileName(fileName)
    // The engine has read all of the text before any code runs that could use the scratch memory again.
    if (source.length <= SHORT_SOURCE)
      return instance.withUtf8(source, (code, length) => instance.exports._QTS_Eval(instance.ctx, code, length, file, 0, flags))
    const bytes = this.#encoder.encode(source)
    return instance.withBytes(bytes, (code) => instance.exports._QTS_Eval(instance.ctx, code, bytes.length, file, 0, flags))
  }
  /** The name in guest memory; the last few are kept. */
  #fileName(name: string): number {
    const known = this.#fileNames.get(name)
    if (known !== undefined) return known
    const { instance } = this.#marshal
    if (this.#fileNames.size >= MAX_FILE_NAMES) {
      for (const pointer of this.#fileNames.values()) instance.exports._free(pointer)
      this.#fileNames.clear()
    }
    const pointer = instance.newCString(name)
    if (pointer === 0) throw new EngineFull(name.length)
    this.#fileNames.set(name, pointer)
    return pointer
  }
  /** Whether the source does not even compile. Nothing of it runs. */
  failsToCompile(source: string, fileName: string): boolean {
    const result = this.evaluate(source, fileName, EVAL_COMPILE_ONLY)
    const failed = this.#marshal.isException(result)
    if (failed) {
      const error = this.#marshal.instance.exports._QTS_ResolveException(this.#marshal.instance.ctx, result)
      this.#marshal.free(error)
    }
    this.#marshal.free(result)
    return failed
  }
}
