// Numbered rules: each one that docs/semantics.md states has a test whose name begins with its number.
import type { Check, Finding } from './finding.ts'
import { parseSource, walk } from './syntax.ts'
import { listFiles, readText } from './tree.ts'

const document = 'docs/semantics.md'
const ruleNumber = /[A-Z]{1,3}-\d+[a-z]?/

/** Where a rule is stated: first in a heading, a list item, a table row or a paragraph, bold or not. */
const statement = new RegExp(
  `^(?:#{2,6} |\\s*[-*] |\\| *)?[*\`]{0,3}(${ruleNumber.source}(?:(?:, | and | )${ruleNumber.source})*)\\b`,
)

/** A part of the document speaks of these packages; any other heading, of the package of that name. */
const packagesOf: Readonly<Record<string, readonly string[]>> = { logging: ['logiface', 'logiface-pino', 'logiface-winston'] }

interface StatedRule {
  readonly rule: string
  readonly heading: string
  readonly line: number
}

export const rulesCheck: Check = {
  name: 'rules',
  about: `each numbered rule of ${document} has a test named by it`,
  async run(root) {
    const files = listFiles(root)
    if (!files.includes(document)) return []
    const tested = testedRules(root, files)
    return statedRules(readText(root, document)).flatMap(({ rule, heading, line }): readonly Finding[] => {
      const places = [...(packagesOf[heading] ?? [heading]), 'integration']
      if (places.some((place) => tested.get(place)?.has(rule) === true)) return []
      return [{ file: document, line, message: `${rule} (${heading}) has no test whose name begins with it` }]
    })
  },
}

function statedRules(text: string): readonly StatedRule[] {
  const rules = new Map<string, StatedRule>()
  let heading = ''
  let inFence = false
  for (const [index, line] of text.split('\n').entries()) {
    if (/^\s*(`{3,}|~{3,})/.test(line)) inFence = !inFence
    if (inFence) continue
    if (line.startsWith('## ')) heading = line.slice(3).trim()
    for (const [rule] of (statement.exec(line)?.[1] ?? '').matchAll(new RegExp(ruleNumber, 'g'))) {
      const key = `${heading} ${rule}`
      if (!rules.has(key)) rules.set(key, { rule, heading, line: index + 1 })
    }
  }
  return [...rules.values()]
}

/** Rule numbers at the beginning of test names, by package; a suite that names its subject first (`${name}: R-1 …`) counts too. */
function testedRules(root: string, files: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const tested = new Map<string, Set<string>>()
  for (const file of files) {
    const place =
      /^packages\/([^/]+)\/(?:test|typetest|src\/testing)\/.*\.ts$/.exec(file)?.[1] ?? /^(integration)\/.*\.ts$/.exec(file)?.[1]
    if (place === undefined) continue
    const rules = tested.get(place) ?? new Set<string>()
    tested.set(place, rules)
    for (const name of testNames(file, readText(root, file))) {
      const listed = /^(?:[^:]*: )?((?:[A-Z]{1,3}-\d+[a-z]?(?:, | and |\/| )?)+)/.exec(name)?.[1] ?? ''
      for (const [rule] of listed.matchAll(new RegExp(ruleNumber, 'g'))) rules.add(rule)
    }
  }
  return tested
}

/** Texts where suites keep the names of cases: first arguments of calls, elements of arrays, values of members. Holes are empty. */
function testNames(file: string, text: string): readonly string[] {
  const names: string[] = []
  if (!ruleNumber.test(text)) return names
  walk(parseSource(file, text).program, (node, parent) => {
    const isName =
      (parent?.type === 'CallExpression' && parent.arguments[0] === node) ||
      parent?.type === 'ArrayExpression' ||
      (parent?.type === 'Property' && parent.value === node)
    if (!isName) return
    const name =
      node.type === 'TemplateLiteral'
        ? node.quasis.map((part) => part.value.raw).join('')
        : node.type === 'Literal' && typeof node.value === 'string'
          ? node.value
          : ''
    names.push(...name.split('; '))
  })
  return names
}
