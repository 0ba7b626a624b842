// Parsed TypeScript: the tree, its imports, and the lines of offsets.
import { parseSync, visitorKeys } from 'oxc-parser'
import type { Comment, Node, Program } from 'oxc-parser'

export interface ParsedSource {
  readonly program: Program
  readonly comments: readonly Comment[]
  /** The first syntax error, if there is one. */
  readonly problem: { readonly message: string; readonly line: number } | undefined
  /** 1-based line of an offset. */
  lineAt(offset: number): number
}

export function parseSource(file: string, text: string): ParsedSource {
  const { program, comments, errors } = parseSync(file, text, { sourceType: 'module', preserveParens: false })
  const lineAt = createLineIndex(text)
  const first = errors.find((error) => error.severity === 'Error')
  const problem = first === undefined ? undefined : { message: first.message, line: lineAt(first.labels[0]?.start ?? 0) }
  return { program, comments, problem, lineAt }
}

function createLineIndex(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

/** Calls `visit` for the node and everything below it, parents first, with the parent of each; not below one that it skips. */
export function walk(node: Node, visit: (node: Node, parent: Node | undefined) => 'skip' | void, parent?: Node): void {
  if (visit(node, parent) === 'skip') return
  for (const key of visitorKeys[node.type] ?? []) {
    const child: unknown = Reflect.get(node, key)
    if (Array.isArray(child)) {
      for (const item of child) if (isNode(item)) walk(item, visit, node)
    } else if (isNode(child)) walk(child, visit, node)
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

export interface ImportSite {
  readonly specifier: string
  readonly line: number
  /** Erased by the compiler: `import type`, `export type`, `import('x').T`. */
  readonly typeOnly: boolean
  /** `import('x')` as an expression. */
  readonly dynamic: boolean
}

/** Every module that a source names: import and export declarations, `import()` of a literal, and import types. */
export function importSites(source: ParsedSource): readonly ImportSite[] {
  const sites: ImportSite[] = []
  const add = (node: Node, specifier: string, typeOnly: boolean, dynamic = false): void => {
    sites.push({ specifier, line: source.lineAt(node.start), typeOnly, dynamic })
  }
  walk(source.program, (node) => {
    switch (node.type) {
      case 'ImportDeclaration': {
        const names = node.specifiers
        const onlyTypes = names.length > 0 && names.every((name) => name.type === 'ImportSpecifier' && name.importKind === 'type')
        add(node, node.source.value, node.importKind === 'type' || onlyTypes)
        break
      }
      case 'ExportNamedDeclaration': {
        if (node.source === null) break
        const onlyTypes = node.specifiers.length > 0 && node.specifiers.every((name) => name.exportKind === 'type')
        add(node, node.source.value, node.exportKind === 'type' || onlyTypes)
        break
      }
      case 'ExportAllDeclaration':
        add(node, node.source.value, node.exportKind === 'type')
        break
      case 'ImportExpression':
        if (node.source.type === 'Literal' && typeof node.source.value === 'string') add(node, node.source.value, false, true)
        break
      case 'TSImportType':
        add(node, node.source.value, true)
        break
      default:
    }
  })
  return sites
}
