// Brings plain data into a guest in the engine's own serialised form. Nothing of the guest's runs or is asked; the profile puts objects in
// their places that come again.
import type { Instance } from '../engine/instance.ts'
import type { ObjectFormat } from '../engine/object-format.ts'
import type { LinkPlan } from '../engine/object-links.ts'
import { ObjectWriter } from '../engine/object-writer.ts'
import type { Serialised } from '../engine/object-writer.ts'
import type { ValueTags } from '../engine/value-tags.ts'

export class PlainImport {
  readonly #instance: Instance
  readonly #tags: ValueTags
  readonly #writer: ObjectWriter
  readonly #link: (value: number, plan: number) => number
  readonly #read = (serialised: Serialised): number | undefined => this.#readByEngine(serialised)
  /** @param link - the profile's function of that name: takes borrowed pointers, returns an owned one. */
  constructor(instance: Instance, tags: ValueTags, format: ObjectFormat, link: (value: number, plan: number) => number) {
    this.#instance = instance
    this.#tags = tags
    this.#writer = new ObjectWriter(format)
    this.#link = link
  }

  /**
   * An owned copy, or `undefined` for what is not plain data, and when the engine had no memory or stack for it: the longer way then
   * meets the same by itself.
   * @throws EngineFull
   */
  give(value: object): number | undefined {
    return this.#writer.write(value, this.#read)
  }
  #readByEngine(serialised: Serialised): number | undefined {
    const { exports, ctx } = this.#instance
    const pointer = this.#instance.deserialise(serialised)
    if (this.#instance.u32[(pointer >> 2) + 1] !== this.#tags.exception)
      return serialised.links === undefined ? pointer : this.#linked(pointer, serialised.links)
    exports._QTS_FreeValuePointer(ctx, exports._QTS_ResolveException(ctx, pointer))
    exports._QTS_FreeValuePointer(ctx, pointer)
    return undefined
  }
  #linked(value: number, links: LinkPlan): number | undefined {
    const { exports, ctx } = this.#instance
    let plan: number | undefined
    try {
      plan = this.give(links)
      return plan === undefined ? undefined : this.#link(value, plan)
    } finally {
      for (const pointer of [value, plan]) if (pointer !== undefined) exports._QTS_FreeValuePointer(ctx, pointer)
    }
  }
}
