// Opens pools for tests, and reads the memory of their instances.
import type { Substrate } from '../../src/engine/substrate.ts'
import type { VariantName } from '../../src/engine/variant.ts'
import { Image } from '../../src/image/image.ts'
import type { AnyImageOptions } from '../../src/image/image-options.ts'
import type { PoolOptions } from '../../src/pool/pool-options.ts'
import { SandboxPool } from '../../src/pool/pool.ts'
import { FakeLoop } from './fake-loop.ts'
import { sharedEngine } from './open.ts'

export interface OpenedPool {
  readonly pool: SandboxPool
  readonly loop: FakeLoop
  readonly image: Image
  /** Every instance that the pool has made, in order. */
  readonly substrates: readonly Substrate[]
}

/** A busy machine must not stop what a test wants to see run. */
export const PATIENT = { operationMs: 10_000, hardMs: 20_000 }

export async function makeImage(options: AnyImageOptions & { readonly variant?: VariantName } = {}): Promise<Image> {
  const { variant = 'ng', ...rest } = options
  return Image.make({ engine: await sharedEngine(variant), ...rest })
}

export async function openPool(
  image: Image,
  { limits, ...options }: Omit<PoolOptions, 'loop' | 'image'> = {},
): Promise<OpenedPool> {
  const loop = new FakeLoop()
  const substrates: Substrate[] = []
  const watched: Image = Object.create(image, {
    restore: {
      value: async (...args: Parameters<Image['restore']>) => {
        const substrate = await image.restore(...args)
        substrates.push(substrate)
        return substrate
      },
    },
    reset: { value: (substrate: Substrate) => image.reset(substrate) },
    pages: { value: image.pages },
    state: { value: image.state },
    stubs: { value: image.stubs },
    assertFits: { value: () => {} },
  })
  const pool = await SandboxPool.create({
    loop,
    image: watched,
    clock: 'loop',
    size: 1,
    ...options,
    limits: { ...(limits?.operationMs === undefined ? PATIENT : {}), ...limits },
  })
  return { pool, loop, image, substrates }
}

/** Bytes of one instance's memory. */
export function memoryOf(substrate: Substrate | undefined): Uint8Array {
  if (substrate === undefined) throw new Error('the pool has made no such instance')
  return new Uint8Array(substrate.memory.buffer)
}

/** Whether the text lies anywhere in the memory, in one or two bytes a character. */
export function holdsText(memory: Uint8Array, text: string): boolean {
  const bytes = Buffer.from(memory.buffer)
  return bytes.includes(Buffer.from(text, 'latin1')) || bytes.includes(Buffer.from(text, 'utf16le'))
}
