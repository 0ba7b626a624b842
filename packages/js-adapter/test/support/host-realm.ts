// What the host's own prototypes and globals look like, to see whether anything has changed them.

const ROOTS = [
  'Object Function Array String Number Boolean BigInt Symbol Date RegExp Error TypeError RangeError AggregateError Promise Map Set',
  'WeakMap WeakSet WeakRef ArrayBuffer SharedArrayBuffer DataView Uint8Array Float64Array Proxy Reflect JSON Math Iterator',
  'AbortController AbortSignal EventTarget Event DOMException TextEncoder TextDecoder URL Buffer process console',
].flatMap((names) => names.split(' '))

function describe(value: unknown): unknown {
  return (typeof value === 'object' && value !== null) || typeof value === 'function' || typeof value === 'symbol'
    ? value
    : { value }
}

/** Every property of the host's intrinsics and their prototypes, by identity. */
export function hostRealm(): ReadonlyMap<object, ReadonlyMap<PropertyKey, readonly unknown[]>> {
  const realm = new Map<object, ReadonlyMap<PropertyKey, readonly unknown[]>>()
  const add = (target: unknown): void => {
    if ((typeof target !== 'object' && typeof target !== 'function') || target === null || realm.has(target)) return
    const members = new Map<PropertyKey, readonly unknown[]>([['[[Prototype]]', [Object.getPrototypeOf(target)]]])
    realm.set(target, members)
    for (const key of Reflect.ownKeys(target)) {
      const property = Object.getOwnPropertyDescriptor(target, key)
      members.set(key, [
        property?.get,
        property?.set,
        property?.writable,
        property?.enumerable,
        property?.configurable,
        'value' in Object(property) ? describe(property?.value) : undefined,
      ])
    }
  }
  for (const name of ROOTS) {
    const root: unknown = Reflect.get(globalThis, name)
    add(root)
    add(Reflect.get(Object(root), 'prototype'))
  }
  const samples = [[][Symbol.iterator](), new Map().entries(), function* () {}, async function* () {}, async () => {}]
  for (const sample of samples)
    for (let at: unknown = Object.getPrototypeOf(sample); at !== null; at = Object.getPrototypeOf(at)) {
      add(at)
      add(Reflect.get(Object(at), 'prototype'))
    }
  return realm
}

/** The names of what differs between two looks; empty when nothing does. */
export function realmChanges(before: ReturnType<typeof hostRealm>, after: ReturnType<typeof hostRealm>): readonly string[] {
  const changes: string[] = []
  let at = 0
  for (const [target, members] of before) {
    const label = `${at++}`
    const now = after.get(target)
    for (const key of new Set([...members.keys(), ...(now?.keys() ?? [])])) {
      const [was, is] = [members.get(key), now?.get(key)]
      const same =
        was !== undefined &&
        is !== undefined &&
        was.every((part, index) => {
          const other = is[index]
          if (Object.is(part, other)) return true
          const [a, b] = [Object(part), Object(other)]
          return Object.keys(a).join() === 'value' && Object.keys(b).join() === 'value' && Object.is(a.value, b.value)
        })
      if (!same) changes.push(`${label}.${String(key)}`)
    }
  }
  return changes
}
