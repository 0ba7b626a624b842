// Random promise programs, and the run of one on any implementation of promises; the trace is what it logged, in order.
/* oxlint-disable unicorn/no-thenable -- thenables are part of the subject */
import * as fc from 'fast-check'

type Awaitable = PromiseLike<unknown> & { finally?(onFinally: () => unknown): Awaitable }

/** What a program uses of an implementation. */
export interface PromiseApi {
  withResolvers(): { promise: Awaitable; resolve: (value: unknown) => void; reject: (reason: unknown) => void }
  resolve(value: unknown): Awaitable
  reject(reason: unknown): Awaitable
  all(inputs: Iterable<unknown>): Awaitable
  allSettled(inputs: Iterable<unknown>): Awaitable
  any(inputs: Iterable<unknown>): Awaitable
  race(inputs: Iterable<unknown>): Awaitable
  queueMicrotask(job: () => void): void
}

export type Value =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'promise'; readonly index: number }
  | {
      readonly kind: 'thenable'
      readonly how: 'resolve' | 'reject' | 'twice' | 'throw' | 'late' | 'getter' | 'nested'
      readonly index: number
    }

export interface Handler {
  readonly steps: readonly Step[]
  readonly result: { readonly kind: 'return' | 'throw'; readonly value: Value }
}

export type Step =
  | {
      readonly kind: 'then'
      readonly index: number
      readonly fulfilled: Handler | undefined
      readonly rejected: Handler | undefined
    }
  | { readonly kind: 'finally'; readonly index: number; readonly handler: Handler }
  | { readonly kind: 'settle'; readonly index: number; readonly how: 'resolve' | 'reject'; readonly value: Value }
  | { readonly kind: 'make'; readonly how: 'resolve' | 'reject'; readonly value: Value }
  | { readonly kind: 'combine'; readonly how: 'all' | 'allSettled' | 'any' | 'race'; readonly values: readonly Value[] }
  | { readonly kind: 'microtask' }

const index = fc.nat({ max: 30 })
const value: fc.Arbitrary<Value> = fc.oneof(
  fc.record({ kind: fc.constant('number' as const), number: fc.nat({ max: 99 }) }),
  fc.record({ kind: fc.constant('promise' as const), index }),
  fc.record({
    kind: fc.constant('thenable' as const),
    how: fc.constantFrom('resolve', 'reject', 'twice', 'throw', 'late', 'getter', 'nested'),
    index,
  }),
)

function handler(depth: number): fc.Arbitrary<Handler> {
  const result = fc.record({ kind: fc.constantFrom('return', 'return', 'throw'), value })
  return fc.record({ steps: depth === 0 ? fc.constant([]) : fc.array(step(depth - 1), { maxLength: 3, size: 'max' }), result })
}

function step(depth: number): fc.Arbitrary<Step> {
  const own = fc.option(handler(depth), { nil: undefined, freq: 3 })
  return fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('then' as const), index, fulfilled: own, rejected: own }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('finally' as const), index, handler: handler(depth) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('settle' as const),
        index,
        how: fc.constantFrom('resolve', 'resolve', 'reject'),
        value,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('make' as const), how: fc.constantFrom('resolve', 'reject'), value }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('combine' as const),
        how: fc.constantFrom('all', 'allSettled', 'any', 'race'),
        values: fc.array(value, { maxLength: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('microtask' as const) }) },
  )
}

/** Programs of up to 40 steps, with handlers that go on with steps of their own, two deep. */
export const program: fc.Arbitrary<readonly Step[]> = fc.array(step(2), { minLength: 1, maxLength: 40, size: 'max' })

const DEFERREDS = 4

/** Runs the synchronous part of a program. The rest of the trace follows when the implementation runs its reactions. */
export function start(api: PromiseApi, steps: readonly Step[]): readonly string[] {
  const trace: string[] = []
  const names = new Map<object, string>()
  const promises: Awaitable[] = []
  const fresh: Awaitable[] = []
  const deferreds: { resolve: (value: unknown) => void; reject: (reason: unknown) => void }[] = []
  let logged = 0

  const remember = (promise: Awaitable): void => {
    names.set(promise, `promise ${promises.length}`)
    promises.push(promise)
    fresh.push(promise)
  }
  const show = (argument: unknown): string => {
    if (Array.isArray(argument)) return `[${argument.map(show).join()}]`
    if (argument instanceof AggregateError) return `AggregateError ${show(argument.errors)}`
    if (argument instanceof Error) return argument.name
    if (typeof argument !== 'object' || argument === null) return String(argument)
    const name = names.get(argument)
    if (name !== undefined) return name
    return 'status' in argument ? Object.values(argument).map(show).join(':') : 'object'
  }
  const log = (what: string, argument?: unknown): void => void trace.push(`${what} ${show(argument)}`)
  const pick = (at: number): Awaitable => promises[at % promises.length] as Awaitable

  const thenable = (how: string, at: number): object => {
    const id = ++logged
    const body = (resolve: (value: unknown) => void, reject: (reason: unknown) => void): void => {
      log(`then ${id}`)
      if (how === 'reject') reject(id)
      else if (how === 'late') api.queueMicrotask(() => resolve(id))
      else if (how === 'nested') resolve(pick(at))
      else if (how !== 'throw') resolve(id)
      if (how === 'twice') reject(-id)
      if (how === 'throw' || how === 'twice') throw id
    }
    if (how !== 'getter') return { then: body }
    return {
      get then(): unknown {
        log(`get ${id}`)
        if (at % 3 === 0) throw id
        return body
      },
    }
  }
  const make = (from: Value): unknown => {
    switch (from.kind) {
      case 'number':
        return from.number
      case 'promise':
        return pick(from.index)
      case 'thenable':
        return thenable(from.how, from.index)
      default:
        throw new TypeError(`unknown value: ${from satisfies never}`)
    }
  }
  const call = (how: Handler, what: string): ((argument?: unknown) => unknown) => {
    const id = ++logged
    return (argument) => {
      log(`${what} ${id}`, argument)
      run(how.steps)
      const result = make(how.result.value)
      if (how.result.kind === 'throw') throw result
      return result
    }
  }
  const run = (list: readonly Step[]): void => {
    for (const one of list) perform(one)
    // Every promise gets a handler, in both implementations alike, so that no rejection is reported to the process.
    for (const promise of fresh.splice(0)) promise.then(undefined, () => {})
  }
  const perform = (one: Step): void => {
    switch (one.kind) {
      case 'then': {
        const fulfilled = one.fulfilled && call(one.fulfilled, 'fulfilled')
        remember(pick(one.index).then(fulfilled, one.rejected && call(one.rejected, 'rejected')) as Awaitable)
        break
      }
      case 'finally': {
        const promise = pick(one.index)
        const after = promise.finally?.(call(one.handler, 'finally'))
        if (after !== undefined) remember(after)
        break
      }
      case 'settle':
        deferreds[one.index % DEFERREDS]?.[one.how](make(one.value))
        break
      case 'make':
        remember(api[one.how](make(one.value)))
        break
      case 'combine':
        remember(api[one.how](one.values.map(make)))
        break
      case 'microtask': {
        const id = ++logged
        api.queueMicrotask(() => log(`microtask ${id}`))
        break
      }
      default:
        throw new TypeError(`unknown step: ${one satisfies never}`)
    }
  }

  for (let made = 0; made < DEFERREDS; made++) {
    const { promise, resolve, reject } = api.withResolvers()
    deferreds.push({ resolve, reject })
    remember(promise)
  }
  run(steps)
  deferreds.forEach(({ resolve }, at) => resolve(at))
  return trace
}

/** The platform's promises. */
export const nativeApi: PromiseApi = {
  withResolvers() {
    let resolve: (value: unknown) => void = () => {}
    let reject: (reason: unknown) => void = () => {}
    const promise = new Promise<unknown>((...functions) => {
      ;[resolve, reject] = functions
    })
    return { promise: promise as Awaitable, resolve, reject }
  },
  resolve: (value) => Promise.resolve(value) as Awaitable,
  reject: (reason) => Promise.reject(reason) as Awaitable,
  all: (inputs) => Promise.all(inputs) as Awaitable,
  allSettled: (inputs) => Promise.allSettled(inputs) as Awaitable,
  any: (inputs) => Promise.any(inputs) as Awaitable,
  race: (inputs) => Promise.race(inputs) as Awaitable,
  queueMicrotask: (job) => queueMicrotask(job),
}
