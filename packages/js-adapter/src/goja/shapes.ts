// Descriptions of the host types that a guest value is converted to, and the static type that each stands for.
export const SIMPLE_SHAPES = [
  'number',
  'int8',
  'int16',
  'int32',
  'uint8',
  'uint16',
  'uint32',
  'float32',
  'string',
  'boolean',
  'bigint',
  'date',
  'bytes',
  'bytesView',
  'unknown',
] as const
export type SimpleShape = (typeof SIMPLE_SHAPES)[number]

/** The host type of each simple shape. */
export interface SimpleTypes {
  readonly number: number
  readonly int8: number
  readonly int16: number
  readonly int32: number
  readonly uint8: number
  readonly uint16: number
  readonly uint32: number
  readonly float32: number
  readonly string: string
  readonly boolean: boolean
  readonly bigint: bigint
  readonly date: Date
  readonly bytes: Uint8Array
  /** Valid until the next entry: growth moves the guest's memory. */
  readonly bytesView: Uint8Array
  readonly unknown: unknown
}

export interface AnyArrayShape {
  readonly kind: 'array'
  readonly item: Shape
}
export interface AnyTupleShape {
  readonly kind: 'tuple'
  readonly items: readonly Shape[]
}
export interface AnyRecordShape {
  readonly kind: 'record'
  readonly value: Shape
}
export interface AnyMapShape {
  readonly kind: 'map'
  readonly key: Shape
  readonly value: Shape
}
export interface AnySetShape {
  readonly kind: 'set'
  readonly item: Shape
}
export interface AnyStructShape {
  readonly kind: 'struct'
  readonly fields: Fields
  /** The result is an instance of it, made without running its constructor. */
  readonly target: (new (...args: never[]) => unknown) | undefined
}
export interface AnyOptionalShape {
  readonly kind: 'optional'
  readonly shape: Shape
}
export interface AnyFunctionShape {
  readonly kind: 'func'
  readonly args: readonly Shape[]
  readonly result: Shape
}
export type CompositeShape =
  | AnyArrayShape
  | AnyTupleShape
  | AnyRecordShape
  | AnyMapShape
  | AnySetShape
  | AnyStructShape
  | AnyOptionalShape
  | AnyFunctionShape
export type Shape = SimpleShape | CompositeShape
export interface Fields {
  readonly [key: string]: Shape
}

export interface ArrayShape<S extends Shape> extends AnyArrayShape {
  readonly item: S
}
export interface TupleShape<T extends readonly Shape[]> extends AnyTupleShape {
  readonly items: T
}
export interface RecordShape<S extends Shape> extends AnyRecordShape {
  readonly value: S
}
export interface MapShape<K extends Shape, V extends Shape> extends AnyMapShape {
  readonly key: K
  readonly value: V
}
export interface SetShape<S extends Shape> extends AnySetShape {
  readonly item: S
}
export interface StructShape<F extends Fields, I = unknown> extends AnyStructShape {
  readonly fields: F
  readonly target: (new (...args: never[]) => I) | undefined
}
export interface OptionalShape<S extends Shape> extends AnyOptionalShape {
  readonly shape: S
}
export interface FunctionShape<A extends readonly Shape[], R extends Shape> extends AnyFunctionShape {
  readonly args: A
  readonly result: R
}

/** The host type that a shape stands for. */
export type Exported<S extends Shape> = [Shape] extends [S]
  ? unknown // a shape that is not known when the code is compiled
  : S extends SimpleShape
    ? SimpleTypes[S]
    : S extends CompositeShape
      ? ExportedComposite<S>
      : never

type ExportedItems<T> = { -readonly [I in keyof T]: T[I] extends Shape ? Exported<T[I]> : never }
type ExportedOf<S> = S extends Shape ? Exported<S> : never
interface Composites<S> {
  readonly array: S extends { readonly item: infer I } ? ExportedOf<I>[] : never
  readonly tuple: S extends { readonly items: infer T } ? ExportedItems<T> : never
  readonly record: S extends { readonly value: infer V } ? Record<string, ExportedOf<V>> : never
  readonly map: S extends { readonly key: infer K; readonly value: infer V } ? Map<ExportedOf<K>, ExportedOf<V>> : never
  readonly set: S extends { readonly item: infer I } ? Set<ExportedOf<I>> : never
  readonly struct: S extends StructShape<infer F, infer I> ? (unknown extends I ? ExportedItems<F> : I) : never
  readonly optional: S extends { readonly shape: infer O } ? ExportedOf<O> | undefined : never
  readonly func: S extends { readonly args: infer A; readonly result: infer R }
    ? ExportedItems<A> extends infer P extends readonly unknown[]
      ? (...args: P) => ExportedOf<R>
      : never
    : never
}
type ExportedComposite<S extends CompositeShape> = Composites<S>[S['kind']]

/** Takes iterables, then array-likes; not functions. */
export function array<const S extends Shape>(item: S): ArrayShape<S> {
  return { kind: 'array', item }
}
/** As many items as there are shapes. */
export function tuple<T extends readonly Shape[]>(...items: T): TupleShape<T> {
  return { kind: 'tuple', items }
}
/** Own enumerable string keys; the result has no prototype. */
export function record<const S extends Shape>(value: S): RecordShape<S> {
  return { kind: 'record', value }
}
export function map<const K extends Shape, const V extends Shape>(key: K, value: V): MapShape<K, V> {
  return { kind: 'map', key, value }
}
export function set<const S extends Shape>(item: S): SetShape<S> {
  return { kind: 'set', item }
}
/** The named properties, each by its shape. With a class the result is an instance of it. */
export function struct<const F extends Fields>(fields: F): StructShape<F>
export function struct<const F extends Fields, I>(fields: F, target: new (...args: never[]) => I): StructShape<F, I>
export function struct(fields: Fields, target?: new (...args: never[]) => unknown): AnyStructShape {
  return { kind: 'struct', fields, target }
}
/** `undefined` for `undefined` and `null`. */
export function optional<const S extends Shape>(shape: S): OptionalShape<S> {
  return { kind: 'optional', shape }
}
/** A host function that calls the guest's: its arguments must fit, its result is converted. */
export function func<const A extends readonly Shape[], const R extends Shape>(args: A, result: R): FunctionShape<A, R> {
  return { kind: 'func', args, result }
}

/** A shape in words, for messages. */
export function describeShape(shape: Shape): string {
  if (typeof shape === 'string') return shape
  switch (shape.kind) {
    case 'array':
    case 'set':
      return `${shape.kind}(${describeShape(shape.item)})`
    case 'tuple':
      return `tuple(${shape.items.map(describeShape).join(', ')})`
    case 'record':
      return `record(${describeShape(shape.value)})`
    case 'map':
      return `map(${describeShape(shape.key)}, ${describeShape(shape.value)})`
    case 'struct':
      return `struct(${Object.keys(shape.fields).join(', ')})`
    case 'optional':
      return `optional(${describeShape(shape.shape)})`
    case 'func':
      return `func(${shape.args.length} arguments)`
    default:
      return shape satisfies never
  }
}
