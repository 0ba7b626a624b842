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

declare const hostType: unique symbol
/** Carries the host type of a shape; the member is a type's alone, and never there. */
interface Typed<T> {
  readonly [hostType]?: T
}

export interface ArrayShape<S extends Shape> extends AnyArrayShape, Typed<Exported<S>[]> {
  readonly item: S
}
export interface TupleShape<T extends readonly Shape[]> extends AnyTupleShape, Typed<ExportedItems<T>> {
  readonly items: T
}
export interface RecordShape<S extends Shape> extends AnyRecordShape, Typed<Record<string, Exported<S>>> {
  readonly value: S
}
export interface MapShape<K extends Shape, V extends Shape> extends AnyMapShape, Typed<Map<Exported<K>, Exported<V>>> {
  readonly key: K
  readonly value: V
}
export interface SetShape<S extends Shape> extends AnySetShape, Typed<Set<Exported<S>>> {
  readonly item: S
}
export interface StructShape<F extends Fields, I = unknown>
  extends AnyStructShape,
    Typed<unknown extends I ? ExportedItems<F> : I> {
  readonly fields: F
  readonly target: (new (...args: never[]) => I) | undefined
}
export interface OptionalShape<S extends Shape> extends AnyOptionalShape, Typed<Exported<S> | undefined> {
  readonly shape: S
}
export interface FunctionShape<A extends readonly Shape[], R extends Shape>
  extends AnyFunctionShape,
    Typed<ExportedItems<A> extends infer P extends readonly unknown[] ? (...args: P) => Exported<R> : never> {
  readonly args: A
  readonly result: R
}

/** The host type that a shape stands for; `unknown` for one that is not known when the code is compiled. */
export type Exported<S extends Shape> = S extends SimpleShape ? SimpleTypes[S] : S extends Typed<infer T> ? T : unknown
/** The host types of a list or an object of shapes. */
export type ExportedItems<T> = { -readonly [I in keyof T]: T[I] extends Shape ? Exported<T[I]> : never }

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
