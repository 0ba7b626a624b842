// What a bare sandbox promises to the type system: options that speak of the host profile do not compile.
import type { EventLoop } from '@loopwright/eventloop'
import { expectTypeOf, test } from 'vitest'
import { Image, Sandbox, SandboxPool } from '../src/index.ts'
import type { BareSandboxOptions, ConsoleSink } from '../src/index.ts'
import type { WorkerSandbox } from '../src/worker/index.ts'

declare const loop: EventLoop
declare const console: ConsoleSink

test('P-11 a bare sandbox is a sandbox, inline and in a thread', () => {
  expectTypeOf(() => Sandbox.create({ loop, profile: 'bare' })).returns.resolves.toEqualTypeOf<Sandbox>()
  expectTypeOf(() => Sandbox.create({ loop, profile: 'bare', mode: 'worker' })).returns.resolves.toEqualTypeOf<WorkerSandbox>()
  expectTypeOf(() => SandboxPool.create({ loop, profile: 'bare' })).returns.resolves.toEqualTypeOf<SandboxPool>()
  expectTypeOf<BareSandboxOptions>().toHaveProperty('deterministic')
  expectTypeOf<BareSandboxOptions>().toHaveProperty('context')
  expectTypeOf<Sandbox['park']>().returns.toEqualTypeOf<number>()
  // @ts-expect-error a thread costs more than its guest's memory: it is not parked
  void ((sandbox: WorkerSandbox) => sandbox.park())
})

test('P-11 what speaks of process, console, timers or loopwright does not compile with it', () => {
  // @ts-expect-error there is no process
  void (() => Sandbox.create({ loop, profile: 'bare', argv: [] }))
  // @ts-expect-error there is no process
  void (() => Sandbox.create({ loop, profile: 'bare', env: {} }))
  // @ts-expect-error there is no console
  void (() => Sandbox.create({ loop, profile: 'bare', console }))
  // @ts-expect-error there are no callbacks of timers
  void (() => Sandbox.create({ loop, profile: 'bare', maxCallbacksPerTurn: 5 }))
  // @ts-expect-error there are no timers
  void (() => Sandbox.create({ loop, profile: 'bare', limits: { maxTimers: 5 } }))
  // @ts-expect-error no module of Node's is a part of it
  void (() => Sandbox.create({ loop, profile: 'bare', modules: { resolve: String, load: String, nodeBuiltins: [] } }))
  // @ts-expect-error there is no fetch
  void (() => Sandbox.create({ loop, profile: 'bare', fetch: { allow: ['https://example.org'] } }))
  // @ts-expect-error there are no timers
  void (() => Sandbox.create({ loop, profile: 'bare', delay: true }))
  // @ts-expect-error there is no console
  void (() => Image.create({ profile: 'bare', console }))
  // @ts-expect-error there is no console
  void (() => SandboxPool.create({ loop, profile: 'bare', console }))
  // @ts-expect-error there is no console, in a thread either
  void (() => Sandbox.create({ loop, profile: 'bare', mode: 'worker', console }))
})
