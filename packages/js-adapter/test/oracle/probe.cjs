// Put before each fixture: prints what a probe gave in a form that is the same in every engine.
/* oxlint-disable */
const text = (value) => {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return `[function ${value.name}]`
  if (Object.is(value, -0)) return '-0'
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`
  if (value instanceof Error) return thrown(value)
  if (value === null || typeof value !== 'object') return String(value)
  return Object.prototype.toString.call(value)
}
// The words of the language's own errors are the engine's; those of Node's errors, which have a code, are compared.
const thrown = (error) =>
  error instanceof Error ? `${error.name}${error.code === undefined ? '' : ` ${error.code} ${error.message}`}` : text(error)
const show = (label, probe) => {
  let line
  try {
    line = text(probe())
  } catch (error) {
    line = `throws ${thrown(error)}`
  }
  console.log(`${label}: ${line}`)
}
const flags = (holder, key) => {
  const found = Object.getOwnPropertyDescriptor(holder, key)
  if (found === undefined) return 'absent'
  const words = [found.writable ? 'w' : '', found.enumerable ? 'e' : '', found.configurable ? 'c' : ''].join('')
  const fn = (f) => (typeof f === 'function' ? `${f.name}/${f.length}` : typeof f)
  return 'value' in found ? `${fn(found.value)} ${words}` : `get ${fn(found.get)} set ${fn(found.set)} ${words}`
}
const shapes = (name, holder, keys) => {
  for (const key of keys) console.log(`${name}.${String(key)}: ${flags(holder, key)}`)
}
