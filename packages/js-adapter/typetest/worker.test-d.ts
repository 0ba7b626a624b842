// What a sandbox in a thread promises to the type system, beside the one on the calling thread.
import type { EventLoop } from '@loopwright/eventloop'
import { expectTypeOf, test } from 'vitest'
import { Sandbox, SandboxPool } from '../src/index.ts'
import type { RawCall, SandboxOptions } from '../src/index.ts'
import type { WorkerSandbox, WorkerSandboxOptions, WorkerSandboxPool } from '../src/worker/index.ts'

declare const loop: EventLoop

test('the mode decides which sandbox and which pool there is', () => {
  expectTypeOf(() => Sandbox.create({ loop })).returns.resolves.toEqualTypeOf<Sandbox>()
  expectTypeOf(() => Sandbox.create({ loop, mode: 'worker' })).returns.resolves.toEqualTypeOf<WorkerSandbox>()
  expectTypeOf(() => SandboxPool.create({ loop, mode: 'worker' })).returns.resolves.toEqualTypeOf<WorkerSandboxPool>()
})

test('what runs and ends a guest is the same; what touches it at once is a promise', () => {
  expectTypeOf<WorkerSandbox['run']>().toEqualTypeOf<Sandbox['run']>()
  expectTypeOf<WorkerSandbox['call']>().toEqualTypeOf<Sandbox['call']>()
  expectTypeOf<WorkerSandbox['finish']>().toEqualTypeOf<Sandbox['finish']>()
  expectTypeOf<WorkerSandbox['exited']>().toEqualTypeOf<Sandbox['exited']>()
  expectTypeOf<ReturnType<WorkerSandbox['get']>>().toEqualTypeOf<Promise<unknown>>()
  expectTypeOf<ReturnType<WorkerSandbox['set']>>().toEqualTypeOf<Promise<void>>()
})

test('the options that are functions of the owner have one type in both modes', () => {
  type Owned = 'context' | 'contextApi' | 'audit' | 'auditRequired' | 'auditValues' | 'admission' | 'entropy' | 'deterministic'
  expectTypeOf<Pick<WorkerSandboxOptions, Owned>>().toEqualTypeOf<Pick<SandboxOptions, Owned>>()
  // A module source may answer later only where the guest's thread can wait for it.
  const modules = { resolve: (name: string) => name, load: async () => 'text' }
  void (() => Sandbox.create({ loop, mode: 'worker', modules }))
  // @ts-expect-error inline the engine asks for the text at once
  void (() => Sandbox.create({ loop, modules }))
})

test('what no thread can take does not compile', () => {
  // @ts-expect-error compiled code is not shared
  void (() => Sandbox.create({ loop, mode: 'worker', engine: {} as never as import('../src/index.ts').Engine }))
})

test('T-1 V-8 a function that must run inside the guest is no function of a guest in another thread', () => {
  const raw = (call: RawCall): number => call.number(0)
  const sync = (): number => 1
  const asynchronous: Readonly<Record<string, () => number>> = { sync }
  void ((sandbox: WorkerSandbox) => {
    // @ts-expect-error raw
    void sandbox.expose('f', { raw })
    // @ts-expect-error sync
    void sandbox.expose('f', { sync })
    // @ts-expect-error sync, with its budget
    void sandbox.expose('f', { sync, maxMs: 1 })
    // @ts-expect-error raw, beside another function
    void sandbox.expose('f', { add: sync, raw })
    // @ts-expect-error in a namespace
    void sandbox.expose('math', { add: { raw } })
    // @ts-expect-error in a namespace
    void sandbox.expose('math', { add: { sync } })
    void sandbox.expose('f', sync)
    void sandbox.expose('f', { async: sync, maxConcurrent: 2 })
    void sandbox.expose('f', { async: sync, sync: 'block' })
    void sandbox.expose('math', { add: sync, subtract: { async: sync, sync: 'block' } })
    void sandbox.expose('math', asynchronous)
  })
  void ((sandbox: Sandbox) => {
    sandbox.expose('f', { raw })
    sandbox.expose('math', { add: { sync } })
  })
})
