// Guest source: lines, columns and braces, and the options of one inspection. The figures are those of Node's util.inspect.

export const inspectLayout: string = String.raw`
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
`
