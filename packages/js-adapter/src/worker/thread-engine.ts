// The engine of a thread: of the code that its owner has compiled, where that could be handed over.
import { Engine } from '../engine/engine.ts'
import type { EngineHandover } from '../engine/engine.ts'
import type { VariantName } from '../engine/variant.ts'
import type { ThreadGuard } from './thread-guard.ts'

/** Rejects as `Engine.load` does: a thread calibrates what it was given, and runs nothing that it has not seen to be bounded. */
export async function threadEngine(variant: VariantName, given: EngineHandover | undefined, guard: ThreadGuard): Promise<Engine> {
  const engine = given === undefined ? await Engine.loadGuarded({ variant }, guard) : await Engine.receive(given, guard)
  guard.hasMeter = engine.meter !== undefined
  return engine
}
