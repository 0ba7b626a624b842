// The quick way into a guest: a tree of plain data as JSON, which the engine's own parser reads.

const MAX_DEPTH = 64

/**
 * JSON of a value that is a tree of plain objects, arrays, strings, finite numbers, booleans and null; `undefined` for anything else, which
 * is then encoded the long way (a getter on the way is then read again).
 * hot: benchmarks/js-adapter/import-10k-objects
 */
export function plainText(value: unknown): string | undefined {
  return write(value, new Set(), new Map(), 0)
}

function write(value: unknown, seen: Set<object>, keys: Map<string, string>, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? String(value) : undefined
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      break
    default:
      return undefined
  }
  if (value === null) return 'null'
  if (depth === MAX_DEPTH || seen.has(value)) return undefined
  seen.add(value)
  if (Array.isArray(value)) return writeItems(value, seen, keys, depth)
  return Object.getPrototypeOf(value) === Object.prototype ? writeMembers(value, seen, keys, depth) : undefined
}

function writeItems(list: readonly unknown[], seen: Set<object>, keys: Map<string, string>, depth: number): string | undefined {
  let text = '['
  for (let index = 0; index < list.length; index++) {
    const item = write(list[index], seen, keys, depth + 1)
    if (item === undefined) return undefined
    text += index === 0 ? item : `,${item}`
  }
  return `${text}]`
}

function writeMembers(object: object, seen: Set<object>, keys: Map<string, string>, depth: number): string | undefined {
  let text = '{'
  for (const key of Object.keys(object)) {
    const item = write(Reflect.get(object, key), seen, keys, depth + 1)
    if (item === undefined) return undefined
    let quoted = keys.get(key)
    if (quoted === undefined) {
      quoted = `${JSON.stringify(key)}:`
      keys.set(key, quoted)
    }
    text += text === '{' ? quoted + item : `,${quoted}${item}`
  }
  return `${text}}`
}
