// The declarations of one emitted `.d.ts` file, and the names that it exports.
import type { Node } from 'oxc-parser'
import { parseSource, walk } from './syntax.ts'
import type { ParsedSource } from './syntax.ts'

/** Where a name of this file comes from: declared here, or `name` of another module. */
export type Origin =
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'import'; readonly from: string; readonly name: string; readonly typeOnly: boolean }

export interface DeclarationFile {
  readonly exports: ReadonlyMap<string, Origin>
  /** Modules of `export * from`. */
  readonly stars: readonly string[]
  /** Names that the file's declarations may mention, exported or not. */
  readonly scope: ReadonlyMap<string, Origin>
  /**
   * The declarations of a local name (overloads and merged interfaces are several), without comments and private members.
   * `asType`: it is seen as a type only, so that constructors and static members of a class are not part of it.
   */
  textOf(name: string, asType: boolean): readonly string[]
  /** Names of `scope` that these declarations mention. */
  mentionedBy(name: string, asType: boolean): readonly string[]
}

export function readDeclarations(file: string, text: string): DeclarationFile {
  const source = parseSource(file, text)
  if (source.problem !== undefined) throw new Error(`${file}:${source.problem.line}: ${source.problem.message}`)
  const exports = new Map<string, Origin>()
  const stars: string[] = []
  const scope = new Map<string, Origin>()
  const declared = new Map<string, Node[]>()
  const declare = (node: Node, exported: boolean): void => {
    for (const name of declaredNames(node)) {
      declared.set(name, [...(declared.get(name) ?? []), node])
      scope.set(name, { kind: 'local', name })
      if (exported) exports.set(name, { kind: 'local', name })
    }
  }
  for (const node of source.program.body) {
    switch (node.type) {
      case 'ImportDeclaration':
        for (const part of node.specifiers) {
          const name =
            part.type === 'ImportSpecifier' ? nameOf(part.imported) : part.type === 'ImportDefaultSpecifier' ? 'default' : '*'
          scope.set(part.local.name, { kind: 'import', from: node.source.value, name, typeOnly: node.importKind === 'type' })
        }
        break
      case 'ExportNamedDeclaration':
        if (node.declaration !== null) declare(node.declaration, true)
        for (const part of node.specifiers) {
          const name = nameOf(part.local)
          const typeOnly = node.exportKind === 'type' || part.exportKind === 'type'
          exports.set(
            nameOf(part.exported),
            node.source === null ? { kind: 'local', name } : { kind: 'import', from: node.source.value, name, typeOnly },
          )
        }
        break
      case 'ExportAllDeclaration':
        if (node.exported === null) stars.push(node.source.value)
        else
          exports.set(nameOf(node.exported), {
            kind: 'import',
            from: node.source.value,
            name: '*',
            typeOnly: node.exportKind === 'type',
          })
        break
      default:
        declare(node, false)
    }
  }
  // `export { X }` of an imported X speaks of the import.
  for (const [name, origin] of exports) {
    const found = origin.kind === 'local' ? scope.get(origin.name) : undefined
    if (found !== undefined) exports.set(name, found)
  }
  return {
    exports,
    stars,
    scope,
    textOf: (name, asType) => (declared.get(name) ?? []).map((node) => strippedText(text, node, source, isHidden(asType))),
    mentionedBy: (name, asType) => [
      ...new Set((declared.get(name) ?? []).flatMap((node) => mentions(node, scope, name, isHidden(asType)))),
    ],
  }
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : ''
}

function declaredNames(node: Node): readonly string[] {
  switch (node.type) {
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []))
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
      return node.id === null ? [] : [node.id.name]
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return [node.id.name]
    default:
      return []
  }
}

/** Private constructors stay: that a class cannot be constructed is part of its face. */
function isPrivateMember(node: Node): boolean {
  if (node.type === 'MethodDefinition' || node.type === 'TSAbstractMethodDefinition')
    return (node.accessibility === 'private' && node.kind !== 'constructor') || node.key.type === 'PrivateIdentifier'
  if (node.type === 'PropertyDefinition' || node.type === 'TSAbstractPropertyDefinition')
    return node.accessibility === 'private' || node.key.type === 'PrivateIdentifier'
  return false
}

type Hidden = (member: Node) => boolean

function isHidden(asType: boolean): Hidden {
  return (member) => isPrivateMember(member) || (asType && isStaticSide(member))
}

function isStaticSide(node: Node): boolean {
  if (node.type === 'MethodDefinition' || node.type === 'TSAbstractMethodDefinition')
    return node.kind === 'constructor' || node.static
  return node.type === 'PropertyDefinition' && node.static
}

function strippedText(text: string, declaration: Node, { comments }: ParsedSource, hidden: Hidden): string {
  const cuts = comments
    .filter(({ start, end }) => start >= declaration.start && end <= declaration.end)
    .map(({ start, end }) => [start, end])
  walk(declaration, (node) => {
    if (hidden(node)) cuts.push([node.start, node.end])
  })
  let kept = ''
  let at = declaration.start
  for (const [start = 0, end = 0] of cuts.toSorted(([a = 0], [b = 0]) => a - b)) {
    kept += text.slice(at, Math.max(at, start))
    at = Math.max(at, end)
  }
  kept += text.slice(at, declaration.end)
  return kept
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => !/^\s*;?$/.test(line))
    .join('\n')
    .replace(/^(?:export )?(?:declare )?/, '')
}

function mentions(declaration: Node, scope: ReadonlyMap<string, Origin>, self: string, hidden: Hidden): readonly string[] {
  const names: string[] = []
  walk(declaration, (node, parent) => {
    if (hidden(node)) return 'skip'
    if (node.type === 'Identifier' && node.name !== self && scope.has(node.name) && !isMemberName(node, parent))
      names.push(node.name)
    return undefined
  })
  return names
}

function isMemberName(node: Node, parent: Node | undefined): boolean {
  if (parent === undefined || !('key' in parent) || parent.key !== node) return false
  return !('computed' in parent && parent.computed === true)
}
