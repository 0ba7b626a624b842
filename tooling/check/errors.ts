// Error codes: each one that a package can raise is listed in docs/errors.md, and nothing is listed that none raises.
import type { Check, Finding } from './finding.ts'
import { parseSource, walk } from './syntax.ts'
import { listFiles, readText } from './tree.ts'

const catalog = 'docs/errors.md'
/** A prefix such as `ERR_EXPORT_` is no code. */
const codePattern = /\bERR_[A-Z0-9_]*[A-Z0-9]\b/g

/** Codes that are Node's own, which a package raises or compares in Node's name, stand under this heading. */
const nodeHeading = 'Node'

interface ListedCode {
  readonly code: string
  readonly line: number
  readonly heading: string
  readonly complete: boolean
}

export const errorsCheck: Check = {
  name: 'errors',
  about: `error codes of the sources and of ${catalog} agree`,
  async run(root) {
    const files = listFiles(root)
    const listed = files.includes(catalog) ? listedCodes(readText(root, catalog)) : []
    const known = new Set(listed.map(({ code }) => code))
    const raisedBy = new Map<string, Set<string>>()
    const findings: Finding[] = []
    for (const file of files) {
      const short = /^packages\/([^/]+)\/src\/.*\.ts$/.exec(file)?.[1]
      if (short === undefined) continue
      for (const [code, line] of codesIn(file, readText(root, file))) {
        const packages = raisedBy.get(code)
        if (packages === undefined && !known.has(code))
          findings.push({ file, line, message: `${code} is not listed in ${catalog}` })
        raisedBy.set(code, (packages ?? new Set()).add(short))
      }
    }
    for (const { code, line, heading, complete } of listed) {
      const packages = raisedBy.get(code)
      if (heading === nodeHeading ? packages === undefined : packages?.has(heading) !== true) {
        const elsewhere = packages === undefined ? 'no package' : `${[...packages].join(', ')}, not ${heading},`
        findings.push({ file: catalog, line, message: `${code} stands under "${heading}", but ${elsewhere} names it in its src` })
      }
      if (!complete) findings.push({ file: catalog, line, message: `${code} needs a cause and a remedy` })
    }
    return findings
  },
}

/** Codes in string and template literals and in literal types, first line of each; comments do not count. */
function codesIn(file: string, text: string): ReadonlyMap<string, number> {
  const codes = new Map<string, number>()
  if (!text.includes('ERR_')) return codes
  const source = parseSource(file, text)
  walk(source.program, (node) => {
    const value = node.type === 'Literal' ? node.value : node.type === 'TemplateElement' ? node.value.raw : undefined
    if (typeof value !== 'string') return
    for (const [code] of value.matchAll(codePattern)) if (!codes.has(code)) codes.set(code, source.lineAt(node.start))
  })
  return codes
}

/** Rows of the tables: `| code | cause | remedy |`, under the heading of their package. */
function listedCodes(text: string): readonly ListedCode[] {
  const listed: ListedCode[] = []
  let heading = ''
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('## ')) heading = line.slice(3).replaceAll('`', '').replace('@loopwright/', '').trim()
    if (!line.startsWith('|')) continue
    const [first = '', ...cells] = line.split(/(?<!\\)\|/).slice(1, -1)
    const complete = cells.length >= 2 && cells.every((cell) => cell.trim() !== '')
    for (const [code] of first.matchAll(codePattern)) listed.push({ code, line: index + 1, heading, complete })
  }
  return listed
}
