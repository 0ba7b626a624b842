// Guest source: which kind a value is of, and what is shown of each.

export const inspectValue: string = String.raw`
const formatValue = (ctx, value, depth) => {
  if (!isObject(value)) return formatPrimitive(ctx, value)
  const classId = host(19, value)
  if (classId === proxyClass || (classId < 0 && isProxy(value))) {
    try { isArray(value) } catch { return '<Revoked Proxy>' }
    const text = formatValue(ctx, host(11, value), depth)
    return startsWith(text, '[Circular *') ? text : 'Proxy(' + text + ')'
  }
  const custom = ctx.customInspect ? value[customInspect] : undefined
  if (typeof custom === 'function') {
    const left = ctx.depth === Infinity ? Infinity : ctx.depth - depth
    const result = apply(custom, value, [left, optionsFor(ctx), inspect])
    if (result !== value) {
      if (!isObject(result)) return typeof result === 'string' ? stringReplaceAll(result, '\n', '\n' + stringRepeat(' ', ctx.indentation)) : formatPrimitive(ctx, result)
      return formatValue(ctx, result, depth)
    }
  }
  for (let i = 0; i < ctx.seen.length; i++) {
    if (ctx.seen[i] !== value) continue
    if (ctx.circular === undefined) ctx.circular = safeMap()
    let index = ctx.circular.get(value)
    if (index === undefined) { index = ctx.circularCount++ + 1; ctx.circular.set(value, index) }
    return '[Circular *' + index + ']'
  }
  return formatRaw(ctx, value, depth, classId === plainClass && classId >= 0)
}
const indented = (ctx, value, depth) => { ctx.indentation += 2; const text = formatValue(ctx, value, depth); ctx.indentation -= 2; return text }
const KIND_OBJECT = 0, KIND_ARRAY_EXTRA = 2
/* Asking an object of the engine's plain class what else it may be costs an exception each. */
const plainClass = host(19, {}), proxyClass = host(19, new $Proxy({}, {}))
const formatRaw = (ctx, value, depth, isPlain) => {
  const constructor = constructorOf(value)
  let tag = tagOf(value)
  if (tag !== '' && (tag === constructor || isEnumerable(value, $Symbol.toStringTag))) tag = ''
  let keys = (!ctx.showHidden && !isPlain && hasItems(value) ? keysBesideItems(value) : undefined) || visibleKeys(ctx, value), braces = ['{', '}'], base = '', kind = KIND_OBJECT, body = () => safeList(), typedName
  if (isArray(value)) {
    const prefix = constructor !== 'Array' || tag !== '' ? prefixOf(constructor, tag, 'Array', '(' + value.length + ')') : ''
    keys = nonIndexKeys(keys)
    braces = [prefix + '[', ']']
    if (value.length === 0 && keys.length === 0) return braces[0] + ']'
    kind = KIND_ARRAY_EXTRA
    body = formatArray
  } else if (isPlain && !inherits(value, ErrorPrototype)) {
    if (keys.length === 0) return (constructor === 'Object' && tag === '' ? '' : prefixOf(constructor, tag, 'Object', '')) + '{}'
    if (constructor !== 'Object' || tag !== '') braces[0] = prefixOf(constructor, tag, 'Object', '') + '{'
  } else if (setLike(value)) {
    const size = setSize(value)
    const prefix = prefixOf(constructor, tag, 'Set', '(' + size + ')')
    if (size === 0 && keys.length === 0) return prefix + '{}'
    braces = [prefix + '{', '}']
    body = formatSet
  } else if (mapLike(value)) {
    const size = mapSize(value)
    const prefix = prefixOf(constructor, tag, 'Map', '(' + size + ')')
    if (size === 0 && keys.length === 0) return prefix + '{}'
    braces = [prefix + '{', '}']
    body = formatMap
  } else if ((typedName = typeof value === 'object' ? typedTag(value) : undefined) !== undefined) {
    keys = nonIndexKeys(keys)
    const prefix = prefixOf(constructor, tag, typedName, '(' + typedLength(value) + ')')
    braces = [prefix + '[', ']']
    if (typedLength(value) === 0 && keys.length === 0) return braces[0] + ']'
    kind = KIND_ARRAY_EXTRA
    body = formatTyped
  } else if (typeof value === 'function') {
    base = functionBase(value, constructor, tag)
    if (keys.length === 0) return base
  } else if (isErrorObject(value) || inherits(value, ErrorPrototype)) {
    const hidden = safeList()
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]
      if ((key === 'name' || key === 'message' || key === 'stack') && stringIncludes(errorStack(value), '' + value[key])) continue
      hidden[hidden.length] = key
    }
    keys = hidden
    if (hasOwn(value, 'cause') && !includesKey(keys, 'cause')) keys[keys.length] = 'cause'
    if (isArray(ownValue(value, 'errors')) && !includesKey(keys, 'errors')) keys[keys.length] = 'errors'
    base = formatError(ctx, value, constructor, tag)
    if (keys.length === 0) return base
  } else if (dateLike(value)) {
    const ms = dateGetTime(value)
    base = ms === ms ? dateToISO(value) : 'Invalid Date'
    const prefix = prefixOf(constructor, tag, 'Date', '')
    if (prefix !== 'Date ') base = prefix + base
    if (keys.length === 0) return base
  } else if (regexpLike(value)) {
    base = '/' + regexpSource(value) + '/' + regexpFlags(value)
    const prefix = prefixOf(constructor, tag, 'RegExp', '')
    if (prefix !== 'RegExp ') base = prefix + base
    if (keys.length === 0) return base
  } else if (objectToString(value) === '[object Arguments]') {
    braces = ['[Arguments] {', '}']
    if (keys.length === 0) return '[Arguments] {}'
  } else if (bufferLike(value)) {
    braces[0] = prefixOf(constructor, tag, 'ArrayBuffer', '') + '{'
    body = formatArrayBuffer
  } else if (viewLike(value)) {
    braces[0] = prefixOf(constructor, tag, 'DataView', '') + '{'
    body = (c, v, d) => listOfTexts('[byteLength]: ' + viewByteLength(v), '[byteOffset]: ' + viewOffset(v), '[buffer]: ' + indented(c, viewBuffer(v), d))
  } else if (isPromise(value)) {
    braces[0] = prefixOf(constructor, tag, 'Promise', '') + '{'
    body = formatPromise
  } else {
    const boxed = boxedText(value, keys)
    if (boxed !== undefined) {
      keys = boxed.keys
      base = boxed.text
      if (keys.length === 0) return base
    } else {
      const kindOfWeak = objectToString(value)
      if (kindOfWeak === '[object WeakSet]' || kindOfWeak === '[object WeakMap]') { braces[0] = prefixOf(constructor, tag, stringSlice(kindOfWeak, 8, -1), '') + '{'; body = () => listOfTexts('<items unknown>') }
      else if (kindOfWeak === '[object Generator]' && constructor === null) { braces[0] = 'Object [Generator] {' }
      else if (keys.length === 0) return (constructor === 'Object' && tag === '' ? '' : prefixOf(constructor, tag, 'Object', '')) + '{}'
      else if (constructor !== 'Object' || tag !== '') braces[0] = prefixOf(constructor, tag, 'Object', '') + '{'
    }
  }
  if (depth > ctx.depth) {
    const name = isArray(value) ? 'Array' : stringSlice(prefixOf(constructor, tag, isErrorObject(value) ? 'Error' : 'Object', ''), 0, -1)
    return '[' + (constructor === null && !isArray(value) ? name : name) + ']'
  }
  depth += 1
  ctx.seen[ctx.seen.length] = value
  ctx.currentDepth = depth
  const output = body(ctx, value, depth)
  const extra = kind === KIND_ARRAY_EXTRA
  for (let i = 0; i < keys.length; i++) output[output.length] = formatProperty(ctx, value, depth, keys[i], extra)
  ctx.seen.length = ctx.seen.length - 1
  const reference = ctx.circular === undefined ? undefined : ctx.circular.get(value)
  if (reference !== undefined) {
    const mark = '<ref *' + reference + '>'
    if (base === '') braces[0] = mark + ' ' + braces[0]
    else base = mark + ' ' + base
  }
  return layOut(ctx, output, base, braces, kind, depth, value)
}
const includesKey = (keys, key) => { for (let i = 0; i < keys.length; i++) if (keys[i] === key) return true; return false }
const ownValue = (value, key) => valueOfDescriptor(getOwnPropertyDescriptor(value, key))
`
