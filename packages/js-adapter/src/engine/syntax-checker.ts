// Asks the engine whether source compiles, in an instance that runs nothing.
import { INLINE_STACK_BYTES } from '../limits.ts'
import { Instance } from './instance.ts'
import type { InstanceHooks } from './instance.ts'

const COMPILE_ONLY = 32
const STRICT = 8
const MEMORY_BYTES = 64 * 1024 * 1024

/** What the engine said of source that does not compile. */
export interface SyntaxFault {
  readonly name: string
  readonly message: string
  readonly stack: string
}

export class SyntaxChecker {
  readonly #open: () => Promise<Instance>
  #instance: Instance | undefined
  #broken: unknown

  private constructor(open: () => Promise<Instance>, instance: Instance) {
    this.#open = open
    this.#instance = instance
  }

  static async create(
    createInstance: (memoryMaxBytes: number, hooks: InstanceHooks) => Promise<Instance>,
  ): Promise<SyntaxChecker> {
    const open = async (): Promise<Instance> => {
      const instance = await createInstance(MEMORY_BYTES, {
        callFunction: () => 0,
        shouldInterrupt: () => 0,
        freeHostRef: () => {},
      })
      instance.exports._QTS_RuntimeSetMaxStackSize(instance.rt, INLINE_STACK_BYTES)
      return instance
    }
    return new SyntaxChecker(open, await open())
  }

  /** @returns the fault, or `undefined` for source that compiles. Rethrows what crossed the engine; another instance is then on its way. */
  check(bytes: Uint8Array, fileName: string, strict: boolean, isException: (high: number) => boolean): SyntaxFault | undefined {
    const instance = this.#instance
    if (instance === undefined) throw this.#broken
    try {
      return this.#check(instance, bytes, fileName, strict, isException)
    } catch (error) {
      this.#broken = error
      this.#instance = undefined
      void this.#open().then((fresh) => {
        this.#instance = fresh
      })
      throw error
    }
  }
  #check(
    instance: Instance,
    bytes: Uint8Array,
    fileName: string,
    strict: boolean,
    isException: (high: number) => boolean,
  ): SyntaxFault | undefined {
    const { exports, ctx } = instance
    const flags = COMPILE_ONLY | (strict ? STRICT : 0)
    const result = instance.withBytes(bytes, (code) =>
      instance.withUtf8(fileName, (name) => exports._QTS_Eval(ctx, code, bytes.length, name, 0, flags)),
    )
    const failed = isException(instance.u32[(result >> 2) + 1] ?? 0)
    if (!failed) {
      exports._QTS_FreeValuePointer(ctx, result)
      return undefined
    }
    const error = exports._QTS_ResolveException(ctx, result)
    exports._QTS_FreeValuePointer(ctx, result)
    const read = (key: string): string => {
      const name = instance.withUtf8(key, (text) => exports._QTS_NewString(ctx, text))
      const value = exports._QTS_GetProp(ctx, error, name)
      const text = exports._QTS_GetString(ctx, value)
      const read = text === 0 ? '' : instance.readUtf8(text)
      if (text !== 0) exports._QTS_FreeCString(ctx, text)
      exports._QTS_FreeValuePointer(ctx, value)
      exports._QTS_FreeValuePointer(ctx, name)
      return read
    }
    const fault = { name: read('name'), message: read('message'), stack: read('stack') }
    exports._QTS_FreeValuePointer(ctx, error)
    return fault
  }
}
