// Where the memory of a sandbox comes from when it is unparked, and where it goes when it is parked or ends.
import type { Engine } from '../engine/engine.ts'
import type { Substrate } from '../engine/substrate.ts'
import type { TimeSource } from '../engine/time-imports.ts'
import type { Image } from '../image/image.ts'
import { resetPages } from '../image/pages.ts'
import type { PageRun } from '../image/pages.ts'

export interface Housing {
  /** What a memory holds that `take` gives. */
  readonly base: readonly PageRun[]
  /** One of this size, which holds the base and nothing else. */
  take(memoryBytes: number): Promise<Substrate>
  /** Takes one back that nobody uses any more. Its content is a guest's. */
  give(substrate: Substrate): void
}

/** Of a sandbox that was copied from an image: a spare of the image's, or a new copy. */
export function imageHousing(image: Image, memoryMaxBytes: number, time: TimeSource | undefined): Housing {
  return {
    base: image.pages,
    take: async (memoryBytes) =>
      (memoryBytes === image.memoryBytes ? image.takeSpare(memoryMaxBytes, time) : undefined) ??
      (await image.restore(memoryMaxBytes, time, memoryBytes)),
    give: (substrate) => image.keepSpare(substrate, memoryMaxBytes, time),
  }
}

/** Of a sandbox without an image: always a new instance. */
export function freshHousing(engine: Engine, memoryMaxBytes: number, time: TimeSource | undefined): Housing {
  return {
    base: [],
    take: async (memoryBytes) => {
      const substrate = await engine.createSubstrate(memoryMaxBytes, { time, memoryBytes })
      const memory = new Uint8Array(substrate.memory.buffer)
      resetPages(memory, [], memory.length)
      return substrate
    },
    give: () => {},
  }
}
