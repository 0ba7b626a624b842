// Guest source: Node's console over one host call a line.

export const console: string = String.raw`
let groupIndent = ''
const counts = safeMap(), times = safeMap()
const writeLine = (stream, text) => {
  if (groupIndent !== '') text = groupIndent + (stringIncludes(text, '\n') ? stringReplaceAll(text, '\n', '\n' + groupIndent) : text)
  host(1, stream, text + '\n')
}
/* The host writes a line of plain values by itself, and says so. */
const logLine = (stream, args) => { if (groupIndent !== '' || host(27, stream, args, $Object) !== true) writeLine(stream, formatLog(args)) }
const guestConsole = objectCreate({})
const consoleMethod = (name, fn) => { define(guestConsole, name, named(fn, name, 0), true) }
consoleMethod('log', (...args) => { logLine(0, args) })
consoleMethod('info', (...args) => { logLine(0, args) })
consoleMethod('debug', (...args) => { logLine(0, args) })
consoleMethod('error', (...args) => { logLine(1, args) })
consoleMethod('warn', (...args) => { logLine(1, args) })
consoleMethod('dirxml', (...args) => { logLine(0, args) })
consoleMethod('dir', (value, options) => {
  writeLine(0, formatValue(newContext(options), value, 0))
})
consoleMethod('assert', (condition, ...args) => {
  if (condition) return
  if (args.length > 0 && typeof args[0] === 'string') args[0] = 'Assertion failed: ' + args[0]
  else args = argumentsFrom(['Assertion failed', ...args], 0)
  writeLine(1, formatLog(args))
})
consoleMethod('trace', (...args) => {
  const error = new $Error()
  const text = formatLog(args)
  writeLine(1, 'Trace' + (args.length > 0 && text !== '' ? ': ' + text : '') + '\n' + publicFrames('' + error.stack))
})
consoleMethod('clear', () => {})
consoleMethod('group', (...args) => { if (args.length > 0) writeLine(0, formatLog(args)); groupIndent += '  ' })
consoleMethod('groupCollapsed', (...args) => { apply(guestConsole.group, undefined, args) })
consoleMethod('groupEnd', () => { groupIndent = stringSlice(groupIndent, 0, -2) })
consoleMethod('count', (label = 'default') => {
  label = '' + label
  const n = (counts.get(label) || 0) + 1
  counts.set(label, n)
  writeLine(0, label + ': ' + n)
})
consoleMethod('countReset', (label = 'default') => {
  label = '' + label
  if (!counts.has(label)) { emitWarning("Count for '" + label + "' does not exist"); return }
  counts.delete(label)
})
const elapsedText = (ms) => {
  let hours = 0, minutes = 0, seconds = 0
  if (ms >= 1000) {
    if (ms >= 60000) {
      if (ms >= 3600000) { hours = floor(ms / 3600000); ms = ms % 3600000 }
      minutes = floor(ms / 60000); ms = ms % 60000
    }
    seconds = ms / 1000
  }
  if (hours !== 0 || minutes !== 0) {
    const parts = stringSplit(toFixed(seconds, 3), '.')
    const res = hours !== 0 ? hours + ':' + padStart('' + minutes, 2, '0') : '' + minutes
    return res + ':' + padStart(parts[0], 2, '0') + '.' + parts[1] + ' (' + (hours !== 0 ? 'h:m' : '') + 'm:ss.mmm)'
  }
  if (seconds !== 0) return toFixed(seconds, 3) + 's'
  return $Number(toFixed(ms, 3)) + 'ms'
}
consoleMethod('time', (label = 'default') => {
  label = '' + label
  if (times.has(label)) { emitWarning("Label '" + label + "' already exists for console.time()"); return }
  times.set(label, host(10))
})
consoleMethod('timeEnd', (label = 'default') => {
  label = '' + label
  if (!times.has(label)) { emitWarning("No such label '" + label + "' for console.timeEnd()"); return }
  writeLine(0, label + ': ' + elapsedText(host(10) - times.get(label)))
  times.delete(label)
})
consoleMethod('timeLog', (label = 'default', ...args) => {
  label = '' + label
  if (!times.has(label)) { emitWarning("No such label '" + label + "' for console.timeLog()"); return }
  const text = label + ': ' + elapsedText(host(10) - times.get(label))
  writeLine(0, args.length > 0 ? text + ' ' + formatLog(args) : text)
})
const cellText = (value) => {
  const ctx = newContext({ __proto__: null, depth: isObject(value) && !isArray(value) && objectKeys(value).length > 2 ? -1 : 0 })
  return formatValue(ctx, value, 0)
}
const renderTable = (head, columns) => {
  const rows = safeList(), widths = safeList()
  let longest = 0
  for (let i = 0; i < head.length; i++) {
    const column = columns[i]
    widths[i] = widthOf(head[i]) + 2
    if (longest < column.length) longest = column.length
    for (let j = 0; j < column.length; j++) {
      if (rows[j] === undefined) rows[j] = safeList()
      const text = rows[j][i] = hasOwn(column, j) ? column[j] : ''
      widths[i] = mathMax(widths[i], widthOf(text) + 2)
    }
  }
  const row = (cells) => {
    let out = '│'
    for (let i = 0; i < head.length; i++) {
      const text = cells[i] === undefined ? '' : cells[i]
      out += ' ' + text + stringRepeat(' ', widths[i] - widthOf(text) - 1) + '│'
    }
    return out
  }
  const rule = (left, middle, right) => {
    let out = left
    for (let i = 0; i < widths.length; i++) out += (i === 0 ? '' : middle) + stringRepeat('─', widths[i])
    return out + right
  }
  let out = rule('┌', '┬', '┐') + '\n' + row(head) + '\n' + rule('├', '┼', '┤') + '\n'
  for (let j = 0; j < longest; j++) out += row(rows[j] || safeList()) + '\n'
  return out + rule('└', '┴', '┘')
}
/* Columns stand in the order of an object's keys: numbers first, ascending. */
const numbersFirst = (head, columns) => {
  const at = { __proto__: null }
  for (let i = 1; i < head.length; i++) at[head[i]] = columns[i]
  const keys = objectKeys(at)
  for (let i = 0; i < keys.length; i++) { head[i + 1] = keys[i]; columns[i + 1] = at[keys[i]] }
}
consoleMethod('table', (data, properties) => {
  if (properties !== undefined && !isArray(properties)) throw codedError($TypeError, 'ERR_INVALID_ARG_TYPE', 'The "properties" argument must be an instance of Array. Received ' + describeReceived(properties))
  if (!isObject(data)) { writeLine(0, formatLog([data])); return }
  const indexName = isMap(data) || isSet(data) ? '(iteration index)' : '(index)'
  const head = safeList(), columns = safeList(), indexColumn = safeList()
  head[0] = indexName; columns[0] = indexColumn
  const keyColumn = safeList(), valueColumn = safeList()
  let hasValues = false
  const names = safeMap()
  const addRow = (label, value) => {
    const at = indexColumn.length
    indexColumn[at] = label
    const primitive = !isObject(value)
    if (primitive && properties === undefined) { hasValues = true; valueColumn[at] = cellText(value); return }
    const keys = properties === undefined ? objectKeys(value) : properties
    for (let i = 0; i < keys.length; i++) {
      const key = '' + keys[i]
      let column = names.get(key)
      if (column === undefined) { column = safeList(); names.set(key, column); head[head.length] = key; columns[columns.length] = column }
      if (!primitive && hasOwn(value, key)) column[at] = cellText(value[key])
    }
  }
  if (isMap(data)) {
    let i = 0
    mapForEach(data, (value, key) => { indexColumn[i] = '' + i; keyColumn[i] = cellText(key); valueColumn[i] = cellText(value); i++ })
    head[1] = 'Key'; columns[1] = keyColumn; head[2] = 'Values'; columns[2] = valueColumn
  } else if (isSet(data)) {
    let i = 0
    setForEach(data, (value) => { indexColumn[i] = '' + i; valueColumn[i] = cellText(value); i++ })
    head[1] = 'Values'; columns[1] = valueColumn
  } else {
    const keys = objectKeys(data)
    for (let i = 0; i < keys.length; i++) addRow(keys[i], data[keys[i]])
    numbersFirst(head, columns)
    if (hasValues) { head[head.length] = 'Values'; columns[columns.length] = valueColumn }
  }
  writeLine(0, renderTable(head, columns))
})
defineProperty(guestConsole, $Symbol.toStringTag, { __proto__: null, value: 'console', configurable: true })
`
