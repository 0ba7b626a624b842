// Frees a copy of a runtime for real, and reads what the engine still lists. The runtime itself is never freed: a leak would abort it.
import { Instance } from '../engine/instance.ts'
import type { InstanceHooks } from '../engine/instance.ts'
import { JsAdapterError } from '../errors.ts'
import type { Core } from '../runtime/core.ts'

/** What `verifyNoLeaks` found. */
export interface LeakReport {
  /** The host holds nothing of the guest, and the engine lists nothing after its context and runtime were freed. */
  readonly clean: boolean
  /** Guest objects and symbols that the host holds: wrappers that were not released. */
  readonly handles: number
  /** What the engine still lists, by class: what those wrappers keep alive, and what nobody accounts for. */
  readonly objects: Readonly<Record<string, number>>
}

/** What is read at the instant of the copy. */
export interface Held {
  /** Guest objects that the host holds. */
  readonly handles: number
  /** Pointers that the package holds for itself. */
  readonly own: readonly number[]
}

const PAGE_BYTES = 65_536
/** Nobody is told of what happens in the copy. */
const DEAF: InstanceHooks = { callFunction: () => 0, shouldInterrupt: () => 0, freeHostRef: () => {} }

/** @throws JsAdapterError `ERR_REENTRANT` inside the guest. */
export async function checkLeaks({ engine, instance, limits, state, ...rest }: LeakSubject): Promise<LeakReport> {
  const { buffer } = instance.memory
  const substrate = await engine.createSubstrate(limits.memoryMaxBytes, { memoryBytes: buffer.byteLength })
  if (rest.inside()) throw new JsAdapterError('ERR_REENTRANT', 'leaks cannot be looked for while the guest runs')
  const { handles, own } = rest.held()
  const source = instance.u8
  const missing = source.length - substrate.memory.buffer.byteLength
  if (missing > 0) substrate.memory.grow(missing / PAGE_BYTES)
  new Uint8Array(substrate.memory.buffer).set(source)
  if (state.tracker !== undefined) substrate.track(() => {})
  const copy = Instance.adopt(substrate, state.pointers, DEAF)
  const { exports, rt, ctx } = copy
  for (const pointer of [...state.functions, state.lengthName, ...own]) exports._QTS_FreeValuePointer(ctx, pointer)
  exports._QTS_FreeContext(ctx)
  try {
    exports._QTS_FreeRuntime(rt)
    return { clean: handles === 0, handles, objects: {} }
  } catch (aborted) {
    // The engine has freed all it could, and asserts that nothing is left.
    if (!(aborted instanceof Error && aborted.message.includes('gc_obj_list'))) throw aborted
    const text = exports._QTS_RuntimeDumpMemoryUsage(rt)
    return { clean: false, handles, objects: classesOf(copy.readUtf8(text)) }
  }
}

export interface LeakSubject extends Pick<Core, 'engine' | 'instance' | 'limits' | 'state'> {
  inside(): boolean
  held(): Held
}

/** The engine's own table: how many, class number, class name. */
function classesOf(text: string): Record<string, number> {
  const found: Record<string, number> = {}
  const table = text.slice(text.indexOf('JSObject classes'), text.indexOf('NAME '))
  for (const [, count, name] of table.matchAll(/^\s+(\d+)\s+\d+ (\S+)$/gm))
    if (name !== undefined) found[name] = (found[name] ?? 0) + Number(count)
  return found
}
