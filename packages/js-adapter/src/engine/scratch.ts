// An instance that calibration tries things in, and drops.
import { Instance } from './instance.ts'
import type { InstanceHooks } from './instance.ts'
import { Substrate } from './substrate.ts'
import type { EngineCode, Metering } from './substrate.ts'

const SCRATCH_MEMORY_BYTES = 32 * 1024 * 1024

/** One call of a function that the engine imports. */
export interface ImportCall {
  readonly name: string
  readonly args: readonly unknown[]
  readonly result: unknown
}
interface Recorder {
  calls: ImportCall[] | undefined
}

function record(group: Record<string, unknown>, recorder: Recorder): void {
  for (const [name, value] of Object.entries(group)) {
    if (typeof value !== 'function') continue
    group[name] = (...args: readonly unknown[]): unknown => {
      const result: unknown = Reflect.apply(value, undefined, args)
      recorder.calls?.push({ name, args, result })
      return result
    }
  }
}

export class Scratch {
  readonly instance: Instance
  readonly hooks: { onInterrupt: () => number }
  readonly #recorder: Recorder
  constructor(instance: Instance, hooks: { onInterrupt: () => number }, recorder: Recorder) {
    this.instance = instance
    this.hooks = hooks
    this.#recorder = recorder
  }
  static async open(code: EngineCode, metering?: Metering): Promise<Scratch> {
    const state = { onInterrupt: (): number => 0 }
    const hooks: InstanceHooks = { callFunction: () => 0, shouldInterrupt: () => state.onInterrupt(), freeHostRef: () => {} }
    const recorder: Recorder = { calls: undefined }
    const onImports = (group: Record<string, unknown>): void => record(group, recorder)
    return new Scratch(
      Instance.create(await Substrate.create({ code, memoryMaxBytes: SCRATCH_MEMORY_BYTES, metering, onImports }), hooks),
      state,
      recorder,
    )
  }
  eval(source: string): number {
    const { instance } = this
    return instance.withBytes(new TextEncoder().encode(source), (code) =>
      instance.withUtf8('calibration', (name) => instance.exports._QTS_Eval(instance.ctx, code, source.length, name, 0, 0)),
    )
  }
  high(pointer: number): number {
    return this.instance.u32[(pointer >> 2) + 1] ?? 0
  }
  /** Evaluates `source` and returns the calls of imports that it made. */
  importsOf(source: string): readonly ImportCall[] {
    const calls: ImportCall[] = []
    this.#recorder.calls = calls
    try {
      this.eval(source)
    } finally {
      this.#recorder.calls = undefined
    }
    return calls
  }
  drain(): void {
    const { exports, rt, argv } = this.instance
    while (exports._QTS_IsJobPending(rt) !== 0) exports._QTS_ExecutePendingJob(rt, -1, argv)
  }
}
