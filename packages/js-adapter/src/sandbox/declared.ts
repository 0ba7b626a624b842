// Host functions that declare the shapes of their arguments and of their result: what the types promise is checked at each call.
import { assertDataShape, fitList, fitValue } from '../values/fit.ts'
import type { Exported, ExportedItems, Shape } from '../values/shapes.ts'
import type { AsyncCallBounds, HostCallContext } from './async-calls.ts'

/** The host types of a list of shapes. */
export type ArgumentsOf<A extends readonly Shape[]> = ExportedItems<A>

/** An asynchronous host function whose arguments are checked before it is called, and whose result is before it is sent. */
export interface AsyncDeclaration<A extends readonly Shape[], R extends Shape> extends AsyncCallBounds {
  readonly async: (...args: [...ArgumentsOf<A>, HostCallContext]) => Exported<NoInfer<R>> | PromiseLike<Exported<NoInfer<R>>>
  readonly args: A
  /** Members that a `struct` does not name stay on the host's side. Default `'unknown'`. */
  readonly result?: R | undefined
}
/** A host function of a sandbox in another thread, whose answer that thread waits for. */
export interface BlockingDeclaration<A extends readonly Shape[], R extends Shape> {
  readonly async: (...args: [...ArgumentsOf<A>]) => Exported<NoInfer<R>> | PromiseLike<Exported<NoInfer<R>>>
  readonly sync: 'block'
  readonly args: A
  readonly result?: R | undefined
  /** As without a declaration. */
  readonly maxMs?: number | undefined
}
export interface SyncDeclaration<A extends readonly Shape[], R extends Shape> {
  readonly sync: (...args: [...ArgumentsOf<A>]) => Exported<NoInfer<R>>
  readonly args: A
  readonly result?: R | undefined
  /** As without a declaration. */
  readonly maxMs?: number | undefined
}

declare const declared: unique symbol
/** A checked declaration, for a namespace. */
export interface DeclaredHostFunction {
  readonly [declared]: true
  readonly async?: AnyFunction | undefined
}

/**
 * Infers the parameters of a host function from its shapes, where a namespace would not: `expose('mail', { send: hostFunction({ … }) })`.
 * @throws TypeError for what is no shape.
 */
export function hostFunction<const A extends readonly Shape[], const R extends Shape = 'unknown'>(
  declaration: AsyncDeclaration<A, R> | SyncDeclaration<A, R>,
): DeclaredHostFunction {
  declarationOf('hostFunction', declaration)
  return declaration as unknown as DeclaredHostFunction
}

export type AnyFunction = (...args: never[]) => unknown

export interface Declaration {
  readonly args: readonly Shape[]
  readonly result: Shape
}

/**
 * The shapes that an exposed object declares; `undefined` when it declares none.
 * @throws TypeError that names the member.
 */
export function declarationOf(where: string, given: object): Declaration | undefined {
  const args: unknown = Reflect.get(given, 'args')
  const result: unknown = Reflect.get(given, 'result')
  if (args === undefined) {
    if (result !== undefined) throw new TypeError(`${where}: result needs args: declare the arguments too, [] for none`)
    return undefined
  }
  if (!Array.isArray(args)) throw new TypeError(`${where}: args must be a list of shapes`)
  const shapes: Shape[] = args.map((shape: unknown, index) => {
    assertDataShape(shape, `${where}: args[${index}]`)
    return shape
  })
  const shape = result ?? 'unknown'
  assertDataShape(shape, `${where}: result`)
  return { args: shapes, result: shape }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'
}

/**
 * The function with its declaration around it. What does not fit throws `ERR_VALUE_CONVERSION`: for an argument before `fn` is called, with the
 * path `args[0].id`, for the result with `result.id`. Arguments beyond the declared ones are left out, so that `fn`'s last one is always the context.
 */
export function declaredFunction(fn: AnyFunction, { args, result }: Declaration, kind: 'async' | 'sync' | 'block'): AnyFunction {
  const checked = (value: unknown): unknown => fitValue(value, result, 'result', 'host')
  return (...given: unknown[]) => {
    const own = kind === 'async' ? given.slice(0, -1) : given
    const rest = kind === 'async' ? given.slice(-1) : []
    const answer: unknown = Reflect.apply(fn, undefined, [...fitList(own, args, 'args'), ...rest])
    if (!isThenable(answer)) return checked(answer)
    // A synchronous function that returns a promise is refused by its caller, which needs to see it.
    return kind === 'sync' ? answer : Promise.resolve(answer).then(checked)
  }
}
