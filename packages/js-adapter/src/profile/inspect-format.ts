// Guest source: `util.format`.

export const inspectFormat: string = String.raw`
const hasOwnToString = (value) => {
  if (isProxy(value)) return false
  let o = value
  if (typeof o.toString !== 'function') return false
  if (hasOwn(o, 'toString')) return true
  while (o !== null && !hasOwn(o, 'constructor')) o = getPrototypeOf(o)
  if (o === null) return false
  const constructor = ownValue(o, 'constructor')
  return !(typeof constructor === 'function' && apply(setProto.has, builtinConstructors, [constructor])) && userToString(value)
}
const builtinConstructors = new $Set()
for (const name of getOwnPropertyNames($globalThis)) { const d = getOwnPropertyDescriptor($globalThis, name); if (typeof d.value === 'function') apply(setProto.add, builtinConstructors, [d.value]) }
const userToString = (value) => {
  for (let o = value; o !== null; o = getPrototypeOf(o)) {
    if (hasOwn(o, 'toString')) { const c = ownValue(o, 'constructor'); return !(typeof c === 'function' && apply(setProto.has, builtinConstructors, [c])) }
  }
  return false
}
const formatLog = (args) => {
  const n = args.length
  if (n === 1) return typeof args[0] === 'string' ? args[0] : inspect(args[0])
  let out = '', join = '', at = 0
  if (typeof args[0] === 'string' && n > 1) {
    const first = args[0]
    let last = 0
    at = 0
    for (let i = 0; i < first.length - 1; i++) {
      if (charCodeAt(first, i) !== 37) continue
      const next = first[++i]
      if (at + 1 !== n) {
        let text
        const arg = next === '%' ? undefined : args[at + 1]
        switch (next) {
          case 's':
            at++
            if (typeof arg === 'number') text = formatNumber(arg)
            else if (typeof arg === 'bigint') text = bigintToString(arg) + 'n'
            else if (!isObject(arg) || typeof arg === 'function' || hasOwnToString(arg)) text = $String(arg)
            else text = formatValue(newContext({ __proto__: null, depth: 0 }), arg, 0)
            break
          case 'j':
            at++
            try { const json = jsonStringify(arg); text = json === undefined ? 'undefined' : json } catch (error) { if (stringIncludes('' + error.message, 'circular')) text = '[Circular]'; else throw error }
            break
          case 'd':
            at++
            text = typeof arg === 'bigint' ? bigintToString(arg) + 'n' : typeof arg === 'symbol' ? 'NaN' : formatNumber($Number(arg))
            break
          case 'i':
            at++
            text = typeof arg === 'bigint' ? bigintToString(arg) + 'n' : typeof arg === 'symbol' ? 'NaN' : formatNumber(parseIntOf(arg))
            break
          case 'f': at++; text = typeof arg === 'symbol' ? 'NaN' : formatNumber(parseFloatOf(arg)); break
          case 'o': at++; text = formatValue(newContext({ __proto__: null, depth: 4, showHidden: true }), arg, 0); break
          case 'O': at++; text = inspect(arg); break
          case 'c': at++; text = ''; break
          case '%': out += stringSlice(first, last, i); last = i + 1; continue
          default: continue
        }
        if (last !== i - 1) out += stringSlice(first, last, i - 1)
        out += text
        last = i + 1
      } else if (next === '%') { out += stringSlice(first, last, i); last = i + 1 }
    }
    if (last !== 0 || at !== 0) {
      at++
      join = ' '
      if (last < first.length) out += stringSlice(first, last)
    }
  }
  while (at < n) {
    const value = args[at]
    out += join
    out += typeof value === 'string' ? value : inspect(value)
    join = ' '
    at++
  }
  return out
}
const parseIntOf = parseInt, parseFloatOf = parseFloat
`
