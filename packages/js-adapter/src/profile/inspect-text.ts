// Guest source: how texts, names, keys and primitives are shown.

export const inspectText: string = String.raw`
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
/* Listing a million indices is one call that nothing can stop: the host reads the other keys. undefined: it cannot. */
const keysBesideItems = (value) => {
  const text = host(26, value)
  if (text === undefined) return undefined
  const names = safeList(), own = text === '' ? names : jsonParse(text), symbols = takeImportRefs()
  for (let i = 0, n = own.length; i < n; i++) names[i] = own[i]
  for (let i = 0; i < symbols.length; i++) names[names.length] = symbols[i]
  return names
}
const hasItems = (value) => isArray(value) || (typeof value === 'object' && typedTag(value) !== undefined)
const isIndex = (key) => { if (typeof key !== 'string') return false; const number = +key; return number >= 0 && number < 4294967295 && isInteger(number) && '' + number === key }
const nonIndexKeys = (keys) => {
  const out = safeList()
  for (let i = 0; i < keys.length; i++) if (!isIndex(keys[i])) out[out.length] = keys[i]
  return out
}
const customInspect = symbolFor('nodejs.util.inspect.custom')
`
