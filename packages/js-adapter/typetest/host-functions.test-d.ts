// What `expose` infers from declared shapes.
import { expectTypeOf, test } from 'vitest'
import { array, hostFunction, optional, record, struct } from '../src/index.ts'
import type { HostCallContext, Sandbox } from '../src/index.ts'
import type { WorkerSandbox } from '../src/worker/index.ts'

test('parameters and result follow from the shapes', () => {
  const use = (sandbox: Sandbox, thread: WorkerSandbox): void => {
    sandbox.expose('send', {
      async: async (to, fields, at, context) => {
        expectTypeOf(to).toEqualTypeOf<string>()
        expectTypeOf(fields).toEqualTypeOf<Record<string, number>>()
        expectTypeOf(at).toEqualTypeOf<Date | undefined>()
        expectTypeOf(context).toEqualTypeOf<HostCallContext>()
        return { id: 1, tags: [to] }
      },
      args: ['string', record('number'), optional('date')],
      result: struct({ id: 'int32', tags: array('string') }),
    })
    sandbox.expose('add', { sync: (a, b) => a + b, args: ['number', 'uint8'], result: 'number', maxMs: 1 })
    sandbox.expose('none', { async: () => 'anything', args: [] })
    sandbox.expose('mail', { send: hostFunction({ async: (to) => to.length, args: ['string'], result: 'number' }) })
    thread.expose('wait', { sync: 'block', async: async (n) => n.toFixed(1), args: ['number'], result: 'string' })
    thread.expose('send', { async: (n, { signal }) => [n, signal.aborted], args: ['bigint'] })
    // what is not declared stays the author's claim
    sandbox.expose('bare', async (id: string) => id)
    sandbox.expose('old', { async: (id: string) => id, timeoutMs: 5 })
    sandbox.expose('both', { a: (n: number) => n, b: { sync: () => 1 } })
  }
  void use
})

test('wrong uses do not compile', () => {
  const use = (sandbox: Sandbox, thread: WorkerSandbox): void => {
    // @ts-expect-error the result is a number
    sandbox.expose('f', { async: () => 'text', args: [], result: 'number' })
    // @ts-expect-error the first argument is a text
    sandbox.expose('f', { async: (n: number) => n, args: ['string'] })
    // @ts-expect-error there is no such shape
    sandbox.expose('f', { async: () => 1, args: ['int64'] })
    // @ts-expect-error a result needs args
    sandbox.expose('f', { async: () => 1, result: 'number' })
    // @ts-expect-error a synchronous function has no promise for a result
    sandbox.expose('f', { sync: () => Promise.resolve(1), args: [], result: 'number' })
    // @ts-expect-error a raw function reads its arguments itself
    sandbox.expose('f', { raw: () => 1, args: ['string'] })
    // @ts-expect-error a thread has no synchronous functions
    thread.expose('f', { sync: () => 1, args: [] })
    // @ts-expect-error inside a namespace it is hostFunction that infers
    sandbox.expose('ns', { f: { async: (to: string) => to, args: ['string'] } })
  }
  void use
})
