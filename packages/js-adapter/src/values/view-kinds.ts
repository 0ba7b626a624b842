// The kinds of buffer views that cross between a guest and its host.

/** By the name of their class. `Float16Array` is not in every host. */
export const VIEW_KINDS: ReadonlySet<string> = new Set([
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'BigInt64Array',
  'BigUint64Array',
  'Float16Array',
  'Float32Array',
  'Float64Array',
  'DataView',
])

/** The kind of a view, whatever its class calls itself; `undefined` for one that is not known here. */
export function viewKindOf(view: ArrayBufferView): string | undefined {
  if (view instanceof DataView) return 'DataView'
  const tag = Object.prototype.toString.call(view).slice(8, -1)
  return VIEW_KINDS.has(tag) ? tag : undefined
}
