// Guest source: `util.inspect` and `util.format` as Node prints them (depth 2, 80 columns, 100 items, no colours).
// Longer than most: one algorithm, and guest source that is evaluated as a whole.
// One text, since the guest evaluates it as one script in which the functions call each other. The figures of the layout (columns,
// limits, thresholds) are those of Node's util.inspect, which this has to equal to the byte; the code is our own.

export const inspect: string = String.raw`
const needsEscape = /[\x00-\x1f\x27\x5c\x7f-\x9f]|[\ud800-\udfff]/
const escapes = objectCreate(null)
escapes['\b'] = '\\b'; escapes['\t'] = '\\t'; escapes['\n'] = '\\n'; escapes['\f'] = '\\f'; escapes['\r'] = '\\r'; escapes['\\'] = '\\\\'
const testRegExp = (re, text) => regexpExec(re, text) !== null
const quoted = (text) => {
  let quote = "'"
  if (stringIncludes(text, "'")) {
    if (!stringIncludes(text, '"')) quote = '"'
    else if (!stringIncludes(text, '${'`'}') && !stringIncludes(text, '$' + '{')) quote = '${'`'}'
  }
  return quote + (testRegExp(needsEscape, text) ? escaped(text, quote) : text) + quote
}
const escaped = (text, quote) => {
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const unit = charCodeAt(text, i), char = text[i]
    if (char === quote) out += '\\' + char
    else if (escapes[char] !== undefined) out += escapes[char]
    else if (unit < 32 || (unit > 126 && unit < 160)) out += '\\x' + (unit < 16 ? '0' : '') + upper(numberToString(unit, 16))
    else if (unit >= 0xd800 && unit <= 0xdfff) {
      const low = charCodeAt(text, i + 1)
      if (unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff) { out += char + text[i + 1]; i++ }
      else out += '\\u' + numberToString(unit, 16)
    } else out += char
  }
  return out
}
const upper = uncurry(String.prototype.toUpperCase)
const formatNumber = (value) => (objectIs(value, -0) ? '-0' : '' + value)
/* A loop, since an expression costs more than the few characters of a name. */
const isPlainKey = (key) => {
  for (let i = 0; i < key.length; i++) {
    const unit = charCodeAt(key, i)
    if (!((unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90) || unit === 95 || (i > 0 && unit >= 48 && unit <= 57))) return false
  }
  return key !== ''
}
const formatKey = (key) => {
  if (typeof key === 'symbol') return symbolKey(key)
  if (key === '__proto__') return "['__proto__']"
  return isPlainKey(key) ? key : quoted(key)
}
const symbolText = (symbol) => symbolToString(symbol)
const symbolKey = (symbol) => {
  const text = stringSlice(symbolToString(symbol), 7, -1)
  return testRegExp(needsEscape, text) ? 'Symbol(' + escaped(text, "'") + ')' : 'Symbol(' + text + ')'
}
const formatPrimitive = (ctx, value) => {
  switch (typeof value) {
    case 'string': {
      let trailer = ''
      if (value.length > ctx.maxStringLength) {
        const rest = value.length - ctx.maxStringLength
        value = stringSlice(value, 0, ctx.maxStringLength)
        trailer = '... ' + rest + ' more character' + (rest > 1 ? 's' : '')
      }
      if (ctx.compact !== true && value.length > 16 && value.length > ctx.breakLength - ctx.indentation - 4 && stringIncludes(value, '\n')) {
        const lines = stringSplit(value, '\n'), parts = safeList()
        for (let i = 0; i < lines.length; i++) {
          if (i === lines.length - 1 && lines[i] === '') break
          parts[parts.length] = quoted(i < lines.length - 1 ? lines[i] + '\n' : lines[i])
        }
        return joinList(parts, ' +\n' + stringRepeat(' ', ctx.indentation + 2)) + trailer
      }
      return quoted(value) + trailer
    }
    case 'number': return formatNumber(value)
    case 'bigint': return bigintToString(value) + 'n'
    case 'symbol': return symbolText(value)
  }
  return '' + value
}
const joinList = (list, separator) => {
  let out = ''
  for (let i = 0; i < list.length; i++) out += (i === 0 ? '' : separator) + list[i]
  return out
}
const tagOf = (value) => { try { const tag = value[$Symbol.toStringTag]; return typeof tag === 'string' ? tag : '' } catch { return '' } }
const constructorOf = (value) => {
  let depth = 0
  for (let o = value; o !== null && o !== undefined; o = getPrototypeOf(o), depth++) {
    const constructor = ownValue(o, 'constructor')
    if (typeof constructor === 'function' && safeName(constructor) !== '' && inheritsFrom(value, constructor)) return safeName(constructor)
  }
  const parent = getPrototypeOf(value)
  if (parent === null) return null
  const above = constructorOf(parent)
  return 'Object <' + (above === null ? '[Object: null prototype] {}' : above) + '>'
}
const inheritsFrom = (value, constructor) => {
  const proto = getOwnPropertyDescriptor(constructor, 'prototype')
  if (proto === undefined || !isObject(proto.value)) return false
  for (let o = getPrototypeOf(value); o !== null; o = getPrototypeOf(o)) if (o === proto.value) return true
  return false
}
const nullName = (value, fallback) => '[' + fallback + ': null prototype] '
const prefixOf = (constructor, tag, fallback, size) => {
  if (constructor === null) {
    if (tag !== '' && fallback !== tag) return '[' + fallback + size + ': null prototype] [' + tag + '] '
    return '[' + fallback + size + ': null prototype] '
  }
  return constructor + size + ' ' + (tag !== '' && constructor !== tag ? '[' + tag + '] ' : '')
}
const visibleKeys = (ctx, value) => {
  const names = safeList()
  const own = ctx.showHidden ? getOwnPropertyNames(value) : objectKeys(value)
  for (let i = 0; i < own.length; i++) names[names.length] = own[i]
  const symbols = getOwnPropertySymbols(value)
  for (let i = 0; i < symbols.length; i++) if (ctx.showHidden || isEnumerable(value, symbols[i])) names[names.length] = symbols[i]
  return names
}
const isIndex = (key) => { if (typeof key !== 'string') return false; const number = +key; return number >= 0 && number < 4294967295 && isInteger(number) && '' + number === key }
const nonIndexKeys = (keys) => {
  const out = safeList()
  for (let i = 0; i < keys.length; i++) if (!isIndex(keys[i])) out[out.length] = keys[i]
  return out
}
const customInspect = symbolFor('nodejs.util.inspect.custom')

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
const KIND_OBJECT = 0, KIND_ARRAY = 1, KIND_ARRAY_EXTRA = 2
/* Asking an object of the engine's plain class what else it may be costs an exception each. */
const plainClass = host(19, {}), proxyClass = host(19, new $Proxy({}, {}))
const formatRaw = (ctx, value, depth, isPlain) => {
  const constructor = constructorOf(value)
  let tag = tagOf(value)
  if (tag !== '' && (tag === constructor || isEnumerable(value, $Symbol.toStringTag))) tag = ''
  let keys = visibleKeys(ctx, value), braces = ['{', '}'], base = '', kind = KIND_OBJECT, body = () => safeList(), typedName
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
const listOfTexts = (...texts) => { const out = safeList(); for (let i = 0; i < texts.length; i++) out[i] = texts[i]; return out }
const setLike = (o) => typeof o === 'object' && isSet(o), mapLike = (o) => typeof o === 'object' && isMap(o)
const dateLike = (o) => typeof o === 'object' && isDate(o), regexpLike = (o) => typeof o === 'object' && isRegExp(o)
const bufferLike = (o) => typeof o === 'object' && isBuffer(o), viewLike = (o) => typeof o === 'object' && isView(o)
const boxedText = (value, keys) => {
  const kinds = [['Number', numberValueOf], ['String', stringValueOf], ['Boolean', booleanValueOf], ['BigInt', bigintValueOf], ['Symbol', symbolValueOf]]
  for (let i = 0; i < kinds.length; i++) {
    const found = unboxed(value, kinds[i][1])
    if (found === undefined) continue
    const text = formatPrimitive(newContext({ __proto__: null, compact: true, breakLength: Infinity }), found.v)
    return { text: '[' + kinds[i][0] + ': ' + text + ']', keys: kinds[i][0] === 'String' ? nonIndexKeys(keys) : keys }
  }
  return undefined
}
const functionName = (fn) => { const own = ownValue(fn, 'name'); return own === undefined || isObject(own) || typeof own === 'symbol' ? '' : '' + own }
const functionBase = (value, constructor, tag) => {
  const source = functionToString(value)
  if (startsWith(source, 'class') && endsWith(source, '}')) {
    const name = hasOwn(value, 'name') && safeName(value) !== '' ? safeName(value) : ''
    let out = '[class ' + (name === '' ? '(anonymous)' : name)
    if (constructor !== 'Function' && constructor !== null) out += ' [' + constructor + ']'
    if (tag !== '' && constructor !== tag) out += ' [' + tag + ']'
    if (constructor !== null) { const parent = getPrototypeOf(value); if (typeof parent === 'function' && safeName(parent) !== '') out += ' extends ' + safeName(parent) }
    else out += ' extends [null prototype]'
    return out + ']'
  }
  const proto = getPrototypeOf(value)
  let type = 'Function'
  if (proto === asyncFunctionProto) type = 'AsyncFunction'
  else if (proto === generatorFunctionProto) type = 'GeneratorFunction'
  else if (proto === asyncGeneratorFunctionProto) type = 'AsyncGeneratorFunction'
  let out = '[' + type
  if (constructor === null) out += ' (null prototype)'
  const name = functionName(value)
  out += name === '' ? ' (anonymous)' : ': ' + name
  out += ']'
  if (constructor !== type && constructor !== null && constructor !== 'Function') out += ' ' + constructor
  if (tag !== '' && constructor !== tag && tag !== type) out += ' [' + tag + ']'
  return out
}
const asyncFunctionProto = getPrototypeOf(async function () {}), generatorFunctionProto = getPrototypeOf(function* () {}), asyncGeneratorFunctionProto = getPrototypeOf(async function* () {})
const ErrorPrototype = $Error.prototype
const inherits = (value, prototype) => { for (let o = getPrototypeOf(value); o !== null; o = getPrototypeOf(o)) if (o === prototype) return true; return false }
const errorStack = (error) => {
  let stack
  try { stack = error.stack } catch { stack = undefined }
  if (typeof stack !== 'string' || stack === '') return errorHeader(error)
  if (stack[stack.length - 1] === '\n') stack = stringSlice(stack, 0, -1)
  return startsWith(stack, '    at ') ? errorHeader(error) + '\n' + publicFrames(stack) : stack
}
const publicFrames = (stack) => {
  const lines = stringSplit(stack, '\n')
  let out = ''
  for (let i = 0; i < lines.length; i++) if (!stringIncludes(lines[i], '(loopwright:') && !stringIncludes(lines[i], ' (native)')) out += (out === '' ? '' : '\n') + lines[i]
  return out === '' ? '    at <anonymous>' : out
}
const errorName = (error) => {
  let name
  try { name = error.name } catch { name = undefined }
  return name === undefined ? 'Error' : isObject(name) || typeof name === 'symbol' ? 'Error' : $String(name)
}
const errorHeader = (error) => {
  let message
  const name = errorName(error)
  try { message = error.message } catch { message = undefined }
  message = message === undefined ? '' : isObject(message) || typeof message === 'symbol' ? '' : $String(message)
  return name === '' ? message : message === '' ? name : name + ': ' + message
}
/* The header names the class as well where its name alone does not tell it. */
const improvedStack = (stack, constructor, name, tag) => {
  const at = name.length, next = stack[at]
  if (constructor !== null && !(endsWith(name, 'Error') && startsWith(stack, name) && (stack.length === at || next === ':' || next === '\n'))) return stack
  if (constructor === null && !startsWith(stack, name)) return stack
  const prefix = stringSlice(prefixOf(constructor, tag, constructor === null ? name : 'Error', ''), 0, -1)
  if (name === prefix) return stack
  return stringIncludes(prefix, name) ? prefix + stringSlice(stack, at) : prefix + ' [' + name + ']' + stringSlice(stack, at)
}
const formatError = (ctx, error, constructor, tag) => {
  let stack = improvedStack(errorStack(error), constructor, errorName(error), tag), message
  try { message = error.message } catch { message = undefined }
  let from = typeof message === 'string' && message !== '' ? stringIndexOf(stack, message) : -1
  from = from < 0 ? 0 : from + message.length
  if (stringIndexOf(stack, '\n    at', from) < 0) stack = '[' + stack + ']'
  if (ctx.indentation !== 0) stack = stringReplaceAll(stack, '\n', '\n' + stringRepeat(' ', ctx.indentation))
  return stack
}
const formatArray = (ctx, value, depth) => {
  const output = safeList(), n = value.length
  let shown = 0, i = 0
  while (i < n && shown < ctx.maxArrayLength) {
    if (!hasOwn(value, i)) {
      let holes = 0
      if (n - i > 10000) {
        const own = objectKeys(value)
        let next = n
        for (let k = 0; k < own.length; k++) if (isIndex(own[k]) && +own[k] > i) { next = +own[k]; break }
        holes = next - i; i = next
      } else while (i < n && !hasOwn(value, i)) { holes++; i++ }
      output[output.length] = '<' + holes + ' empty item' + (holes > 1 ? 's' : '') + '>'
    } else { output[output.length] = formatProperty(ctx, value, depth, '' + i, true, true); i++ }
    shown++
  }
  if (i < n) output[output.length] = '... ' + (n - i) + ' more item' + (n - i > 1 ? 's' : '')
  return output
}
const formatTyped = (ctx, value) => {
  const output = safeList(), n = typedLength(value), most = mathMin(ctx.maxArrayLength, n)
  for (let i = 0; i < most; i++) output[i] = typeof value[i] === 'bigint' ? bigintToString(value[i]) + 'n' : formatNumber(value[i])
  if (n > most) output[most] = '... ' + (n - most) + ' more item' + (n - most > 1 ? 's' : '')
  return output
}
const formatSet = (ctx, value, depth) => {
  const output = safeList(), n = setSize(value)
  let i = 0
  ctx.indentation += 2
  setForEach(value, (item) => { if (i++ < ctx.maxArrayLength) output[output.length] = formatValue(ctx, item, depth) })
  ctx.indentation -= 2
  if (n > ctx.maxArrayLength) output[output.length] = '... ' + (n - ctx.maxArrayLength) + ' more item' + (n - ctx.maxArrayLength > 1 ? 's' : '')
  return output
}
const formatMap = (ctx, value, depth) => {
  const output = safeList(), n = mapSize(value)
  let i = 0
  ctx.indentation += 2
  mapForEach(value, (item, key) => { if (i++ < ctx.maxArrayLength) output[output.length] = formatValue(ctx, key, depth) + ' => ' + formatValue(ctx, item, depth) })
  ctx.indentation -= 2
  if (n > ctx.maxArrayLength) output[output.length] = '... ' + (n - ctx.maxArrayLength) + ' more item' + (n - ctx.maxArrayLength > 1 ? 's' : '')
  return output
}
const formatArrayBuffer = (ctx, value) => {
  const bytes = new $Uint8Array(value), n = typedLength(bytes)
  let hex = ''
  const most = mathMin(ctx.maxArrayLength, n)
  for (let i = 0; i < most; i++) hex += (i === 0 ? '' : ' ') + padStart(numberToString(bytes[i], 16), 2, '0')
  if (n > most) hex += ' ... ' + (n - most) + ' more byte' + (n - most > 1 ? 's' : '')
  return listOfTexts('[Uint8Contents]: <' + hex + '>', '[byteLength]: ' + n)
}
const formatPromise = (ctx, value, depth) => {
  const state = host(12, value)
  if (state === 0) return listOfTexts('<pending>')
  ctx.indentation += 2
  const text = formatValue(ctx, host(13, value), depth)
  ctx.indentation -= 2
  return listOfTexts(state === 2 ? '<rejected> ' + text : text)
}
const formatProperty = (ctx, value, depth, key, extra, item) => {
  const descriptor = getOwnPropertyDescriptor(value, key) || { value: value[key], enumerable: true }
  let text
  if (descriptor.get !== undefined || descriptor.set !== undefined) {
    text = descriptor.set !== undefined ? (descriptor.get !== undefined ? '[Getter/Setter]' : '[Setter]') : '[Getter]'
    if (descriptor.get !== undefined && (ctx.getters === true || (ctx.getters === 'get' && descriptor.set === undefined) || (ctx.getters === 'set' && descriptor.set !== undefined))) {
      const got = apply(descriptor.get, value, [])
      ctx.indentation += 2
      text = isObject(got) ? text + ' ' + formatValue(ctx, got, depth) : stringSlice(text, 0, -1) + ': ' + formatPrimitive(ctx, got) + ']'
      ctx.indentation -= 2
    }
  } else {
    const step = ctx.compact === true && !extra ? 3 : 2
    ctx.indentation += step
    text = formatValue(ctx, descriptor.value, depth)
    ctx.indentation -= step
  }
  if (item) return text
  let name = formatKey(key)
  if (descriptor.enumerable === false) name = '[' + (typeof key === 'symbol' ? symbolKey(key) : key) + ']'
  return name + ': ' + text
}
const widthOf = (text) => {
  let width = 0
  for (let i = 0; i < text.length; i++) {
    const unit = charCodeAt(text, i)
    if (unit >= 0x300 && unit <= 0x36f) continue
    if (unit >= 0xdc00 && unit <= 0xdfff) continue
    width += (unit >= 0x1100 && (unit <= 0x115f || (unit >= 0x2e80 && unit <= 0xa4cf && unit !== 0x303f) || (unit >= 0xac00 && unit <= 0xd7a3) || (unit >= 0xf900 && unit <= 0xfaff) || (unit >= 0xfe30 && unit <= 0xfe6f) || (unit >= 0xff00 && unit <= 0xff60) || (unit >= 0xffe0 && unit <= 0xffe6) || (unit >= 0xd83c && unit <= 0xd83e))) ? 2 : 1
  }
  return width
}
const isNumeric = (items, count) => {
  for (let i = 0; i < count; i++) if (typeof items[i] !== 'number' && typeof items[i] !== 'bigint') return false
  return true
}
/* How many columns a list of short items gets: the block is to look about square, a character being 2.5 times as high as wide. */
const columnsFor = (ctx, count, cell, meanSlack, room) => {
  const glyphs = mathMax(cell - 3 - sqrt(meanSlack), 1)
  return mathMin(round(sqrt(2.5 * glyphs * count) / glyphs), floor(room / cell), ctx.compact * 4, 15)
}
/* Sets a long list in columns: numbers flush right, anything else flush left. A last "more items" line stays alone. */
const inColumns = (ctx, output, items) => {
  const last = output.length - 1
  const hasRest = items !== undefined && last >= 0 && startsWith(output[last], '... ') && items.length > ctx.maxArrayLength
  const count = hasRest ? last : output.length, room = ctx.breakLength - ctx.indentation, widths = safeList()
  let sum = 0, widest = 0
  for (let i = 0; i < count; i++) {
    widths[i] = widthOf(output[i])
    sum += widths[i] + 2
    widest = mathMax(widest, widths[i])
  }
  const cell = widest + 2
  if (cell * 3 >= room || (widest > 6 && sum <= cell * 5)) return output
  const columns = columnsFor(ctx, count, cell, cell - sum / output.length, room)
  if (columns <= 1) return output
  const columnWidths = safeList()
  for (let i = 0; i < count; i++) columnWidths[i % columns] = mathMax(columnWidths[i % columns] || 0, widths[i])
  const flushRight = items === undefined || isNumeric(items, count), lines = safeList()
  for (let i = 0; i < count; i++) {
    const ends = i % columns === columns - 1 || i === count - 1
    const space = stringRepeat(' ', columnWidths[i % columns] - widths[i])
    const text = output[i] + (ends ? '' : ', ')
    const line = flushRight ? space + text : ends ? text : text + space
    if (i % columns === 0) lines[lines.length] = line
    else lines[lines.length - 1] += line
  }
  if (hasRest) lines[lines.length] = output[last]
  return lines
}
/* One line if nothing in it is long, deep or broken already; else a line an entry. */
const layOut = (ctx, output, base, braces, kind, depth, value) => {
  const start = (base === '' ? '' : base + ' ') + braces[0]
  if (ctx.sorted && kind === KIND_OBJECT) sortTexts(output, typeof ctx.sorted === 'function' ? ctx.sorted : undefined)
  if (ctx.compact === true) {
    const line = joinList(output, ', ')
    if (line.length + output.length + base.length <= ctx.breakLength && !stringIncludes(line, '\n')) return braces[0] + (base === '' ? '' : ' ' + base) + ' ' + line + ' ' + braces[1]
    const inner = '\n' + stringRepeat(' ', ctx.indentation) + '  '
    return braces[0] + (base === '' && braces[0].length === 1 ? ' ' : (base === '' ? '' : ' ' + base) + inner) + joinList(output, ',' + inner) + ' ' + braces[1]
  }
  let entries = output
  if (kind === KIND_ARRAY_EXTRA && output.length > 6 && ctx.compact) entries = inColumns(ctx, output, isArray(value) || typedTag(value) !== undefined ? value : undefined)
  if (ctx.currentDepth - depth < ctx.compact && entries === output) {
    let width = ctx.indentation + braces[0].length + base.length + 10
    for (let i = 0; i < entries.length && width <= ctx.breakLength; i++) width += entries[i].length + 2
    if (width <= ctx.breakLength && !stringIncludes(base, '\n')) {
      const line = joinList(entries, ', ')
      if (!stringIncludes(line, '\n')) return start + ' ' + line + ' ' + braces[1]
    }
  }
  const margin = '\n' + stringRepeat(' ', ctx.indentation)
  return start + margin + '  ' + joinList(entries, ',' + margin + '  ') + margin + braces[1]
}
const sortTexts = (list, compare) => {
  const copy = []
  for (let i = 0; i < list.length; i++) define(copy, i, list[i], true)
  if (compare === undefined) arraySort(copy); else arraySort(copy, compare)
  for (let i = 0; i < list.length; i++) list[i] = copy[i]
}
const isProxy = (value) => host(14, value) === true
const newContext = (options) => {
  const ctx = { __proto__: null, depth: 2, showHidden: false, breakLength: 80, compact: 3, maxArrayLength: 100, maxStringLength: 10000, sorted: false, getters: false, customInspect: true, seen: safeList(), circular: undefined, circularCount: 0, indentation: 0, currentDepth: 0 }
  if (isObject(options)) {
    for (let i = 0; i < inspectOptions.length; i++) { const value = options[inspectOptions[i]]; if (value !== undefined) ctx[inspectOptions[i]] = value }
    if (ctx.depth === null) ctx.depth = Infinity
    if (ctx.maxArrayLength === null) ctx.maxArrayLength = Infinity
    if (ctx.maxStringLength === null) ctx.maxStringLength = Infinity
  }
  return ctx
}
const inspectOptions = safeList()
for (const name of ['depth', 'showHidden', 'breakLength', 'compact', 'maxArrayLength', 'maxStringLength', 'sorted', 'getters', 'customInspect']) inspectOptions[inspectOptions.length] = name
/* What a custom inspector is given beside the depth that is left. */
const optionsFor = (ctx) => ({ depth: ctx.depth, showHidden: ctx.showHidden, colors: false, customInspect: true, showProxy: false, maxArrayLength: ctx.maxArrayLength, maxStringLength: ctx.maxStringLength, breakLength: ctx.breakLength, compact: ctx.compact, sorted: ctx.sorted, getters: ctx.getters, numericSeparator: false })
const inspect = (value, options) => formatValue(newContext(options), value, 0)
const describeReceived = (value) => {
  if (value === null || value === undefined) return '' + value
  if (typeof value === 'function') return 'function ' + safeName(value)
  if (typeof value === 'object') {
    const constructor = constructorOf(value)
    return constructor !== null && constructor !== '' ? 'an instance of ' + constructor : inspect(value, { __proto__: null, depth: -1 })
  }
  let text = inspect(value)
  if (text.length > 28) text = stringSlice(text, 0, 25) + '...'
  return 'type ' + typeof value + ' (' + text + ')'
}
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
