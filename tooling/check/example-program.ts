// A documented example as a program that compares each `// =>` with what really comes out.
import type { Node } from 'oxc-parser'
import type { ExampleModule } from './example-blocks.ts'
import { parseSource, walk } from './syntax.ts'

export interface ExampleProgram {
  readonly text: string
  /** Lines of the module that carry an expectation. */
  readonly expected: readonly number[]
  readonly problems: readonly { readonly line: number; readonly message: string }[]
}

const marker = /^\s*=>\s?(.*)$/s

/**
 * Rewrites within the lines, so that line N of the program is line N of the example. `harness` is the specifier of the module
 * written by `harnessText`. `console.log(x) // => text` compares what is printed, `EXPR // => VALUE` and
 * `const name = EXPR // => VALUE` compare by deep equality.
 */
export function exampleProgram({ code }: ExampleModule, harness: string): ExampleProgram {
  const text = code.join('\n')
  const source = parseSource('example.ts', text)
  const expected: number[] = []
  const problems: { line: number; message: string }[] = []
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = []
  for (const comment of source.comments) {
    const wanted = comment.type === 'Line' ? marker.exec(comment.value)?.[1]?.trim() : undefined
    if (wanted === undefined) continue
    const line = source.lineAt(comment.start)
    const statement = statementBefore(source.program, text, comment.start)
    if (statement === undefined) {
      problems.push({ line, message: 'no expression stands before // =>' })
      continue
    }
    const slice = (from: Node, to: Node): string => text.slice(from.start, to.end)
    const { expression, name } = statement
    if (expression !== undefined && isConsoleLog(expression)) {
      const first = expression.arguments[0]
      const last = expression.arguments.at(-1)
      const args = first === undefined || last === undefined ? '' : slice(first, last)
      edits.push({
        start: expression.start,
        end: expression.end,
        text: `expectPrinted(${line}, [${args}], ${JSON.stringify(wanted)})`,
      })
    } else if (!isValue(wanted)) {
      problems.push({ line, message: `what follows // => is not a plain value: ${wanted}` })
      continue
    } else if (expression !== undefined) {
      edits.push({
        start: expression.start,
        end: expression.end,
        text: `expectValue(${line}, (${slice(expression, expression)}), (${wanted}))`,
      })
    } else {
      edits.push({ start: statement.end, end: statement.end, text: `; expectValue(${line}, (${name}), (${wanted}))` })
    }
    expected.push(line)
  }
  let rewritten = text
  for (const { start, end, text: replacement } of edits.toSorted((a, b) => b.start - a.start))
    rewritten = rewritten.slice(0, start) + replacement + rewritten.slice(end)
  const header = `import { expectLines, expectPrinted, expectValue } from ${JSON.stringify(harness)}; expectLines(${JSON.stringify(expected)}); void [expectPrinted, expectValue]; `
  return { text: header + rewritten, expected, problems }
}

interface FoundStatement {
  readonly end: number
  readonly expression: Node | undefined
  readonly name: string | undefined
}

function statementBefore(program: Node, text: string, at: number): FoundStatement | undefined {
  let found: FoundStatement | undefined
  walk(program, (node) => {
    if (node.end > at || !/^[ \t;]*$/.test(text.slice(node.end, at))) return
    if (node.type === 'ExpressionStatement') found ??= { end: node.end, expression: node.expression, name: undefined }
    else if (node.type === 'VariableDeclaration') {
      const target = node.declarations.at(-1)?.id
      if (target?.type === 'Identifier') found ??= { end: node.end, expression: undefined, name: target.name }
    }
  })
  return found
}

function isConsoleLog(node: Node): node is Extract<Node, { type: 'CallExpression' }> {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return false
  const { object, property } = node.callee
  return object.type === 'Identifier' && object.name === 'console' && property.type === 'Identifier' && property.name === 'log'
}

const constants = new Set(['undefined', 'NaN', 'Infinity', 'Map', 'Set', 'Date', 'Uint8Array', 'Float64Array', 'Error'])
const valueNodes = new Set([
  'Program',
  'ExpressionStatement',
  'Literal',
  'ArrayExpression',
  'ObjectExpression',
  'Property',
  'UnaryExpression',
  'TemplateLiteral',
  'TemplateElement',
  'NewExpression',
])

/** Literals, arrays and objects of them, and what prints as a constructor call of them. */
function isValue(text: string): boolean {
  const { program, problem } = parseSource('value.ts', `(${text})`)
  if (problem !== undefined || program.body.length !== 1) return false
  let plain = true
  walk(program, (node, parent) => {
    const key = parent?.type === 'Property' && parent.key === node && !parent.computed
    if (node.type === 'Identifier' ? !key && !constants.has(node.name) : !valueNodes.has(node.type)) plain = false
  })
  return plain
}

/** The module that the programs import: compares, and writes what it saw to the file named by `EXAMPLE_RESULT`. */
export function harnessText(): string {
  return `import { writeFileSync } from 'node:fs'
import { format, inspect, isDeepStrictEqual } from 'node:util'
const expected = new Set()
const seen = new Set()
const failures = []
export function expectLines(lines) { for (const line of lines) expected.add(line) }
export function expectPrinted(line, args, wanted) {
  seen.add(line)
  const printed = format(...args)
  if (printed.trim() !== wanted) failures.push({ line, message: 'printed ' + printed + ', documented ' + wanted })
}
export function expectValue(line, value, wanted) {
  seen.add(line)
  if (!isDeepStrictEqual(plain(value), plain(wanted))) failures.push({ line, message: 'is ' + inspect(value) + ', documented ' + inspect(wanted) })
}
function plain(value) {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (value instanceof Map || value instanceof Set || value instanceof Date || value instanceof Error || value instanceof RegExp) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]))
}
process.on('exit', () => {
  for (const line of expected) if (!seen.has(line)) failures.push({ line, message: 'was never reached' })
  writeFileSync(process.env.EXAMPLE_RESULT, JSON.stringify(failures))
})
`
}
