// What the types promise of commands: payloads are checked on both sides, and every command has a handler.
import { expectTypeOf, test } from 'vitest'
import { bytes, defineCommands, EventLoop, failure, fixed, float, structured, text } from '../src/index.ts'
import type { FdReadiness, FdWatch, IngressPort } from '../src/index.ts'
import { connectIngress } from '../src/worker/index.ts'

interface Job {
  readonly id: number
}

const commands = defineCommands({
  tick: fixed(),
  level: float(),
  line: text(),
  blob: bytes(),
  job: structured<Job>(),
  failed: failure(),
})
declare const loop: EventLoop
declare const port: IngressPort

const handlers = {
  tick: (_first: number, _second: number) => {},
  level: (_value: number) => {},
  line: (_text: string) => {},
  blob: (_bytes: Uint8Array) => {},
  job: (_job: Job) => {},
  failed: (_error: Error) => {},
}

test('I-9 handlers are called with what their command carries', () => {
  void (() =>
    loop.createIngress({
      commands,
      handlers: {
        tick: (first, second) => {
          expectTypeOf(first).toEqualTypeOf<number>()
          expectTypeOf(second).toEqualTypeOf<number>()
        },
        level: (value) => expectTypeOf(value).toEqualTypeOf<number>(),
        line: (line) => expectTypeOf(line).toEqualTypeOf<string>(),
        blob: (blob) => expectTypeOf(blob).toEqualTypeOf<Uint8Array<ArrayBuffer>>(),
        job: (job) => expectTypeOf(job).toEqualTypeOf<Job>(),
        failed: (error) => expectTypeOf(error).toEqualTypeOf<Error>(),
      },
    }))
  // @ts-expect-error a command without a handler
  void (() => loop.createIngress({ commands, handlers: { ...handlers, job: undefined } }))
  // @ts-expect-error a handler that takes something else
  void (() => loop.createIngress({ commands, handlers: { ...handlers, line: (_line: number) => {} } }))
})

test('I-3 submit takes what its command carries', () => {
  void (() => {
    const producer = connectIngress(port.transferable, commands)
    expectTypeOf(producer.submit('tick')).toEqualTypeOf<boolean>()
    producer.submit('tick', 1, 2)
    producer.submit('job', { id: 1 })
    producer.submit('failed', 'anything')
    expectTypeOf(producer.submitMany('line', [['a'], ['b']])).toEqualTypeOf<number>()
    // @ts-expect-error no such command
    producer.submit('tock')
    // @ts-expect-error a text is not a number
    producer.submit('tick', 'one')
    // @ts-expect-error three integers
    producer.submit('tick', 1, 2, 3)
    // @ts-expect-error a text is required
    producer.submit('line')
    // @ts-expect-error not a job
    producer.submit('job', { name: 'x' })
    // @ts-expect-error items are arrays of arguments
    producer.submitMany('line', ['a'])
  })
})

test('R-1 descriptors: interest, events and the watch', () => {
  void (async () => {
    const watch = await loop.registerFd(0, { read: true }, (event) => expectTypeOf(event).toEqualTypeOf<FdReadiness>())
    expectTypeOf(watch).toEqualTypeOf<FdWatch>()
    expectTypeOf(watch.unregister()).toEqualTypeOf<Promise<boolean>>()
    expectTypeOf(loop.waitFd(0, { write: true })).toEqualTypeOf<Promise<FdReadiness>>()
    // @ts-expect-error no such interest
    watch.modify({ hangup: true })
  })
})
