// Guest source: the parts of errors, functions, arrays, collections, buffers, promises and properties.

export const inspectKinds: string = String.raw`
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
`
