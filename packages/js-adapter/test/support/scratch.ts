// An instance of a stock build, as calibration has one.
import { openVariant } from '../../src/engine/open-variant.ts'
import { Scratch } from '../../src/engine/scratch.ts'
import type { VariantName } from '../../src/engine/variant.ts'
import { HOST_TYPES_MODULE } from '../../src/engine/wasm-patch.ts'
import { webAssembly } from '../../src/engine/webassembly.ts'

export async function openScratch(variant: VariantName): Promise<Scratch> {
  const { wasm, load } = await openVariant(variant)
  const compile = (bytes: Uint8Array): InstanceType<ReturnType<typeof webAssembly>['Module']> => new (webAssembly().Module)(bytes)
  return Scratch.open({ module: compile(wasm), hostTypes: compile(HOST_TYPES_MODULE), load })
}
