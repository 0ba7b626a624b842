// The face of a package as text: every exported name with its declaration, entry by entry, sorted.
import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { readDeclarations } from './declarations.ts'
import type { DeclarationFile, Origin } from './declarations.ts'
import { readText } from './tree.ts'
import type { Workspace } from './tree.ts'

interface Found {
  /** `file` and `name` of the declaration; `undefined` when it comes from another package. */
  readonly place: string | undefined
  readonly text: readonly string[]
  /** Exported by `export type`: a class of which no instance can be made. */
  readonly asType: boolean
  /** Places of names that the declaration mentions. */
  readonly mentions: readonly { readonly file: string; readonly name: string }[]
}

/** @throws Error when the package is not built or an export leads nowhere. */
export function apiReport(root: string, { folder, manifest }: Workspace): string {
  const files = new Map<string, DeclarationFile>()
  const read = (file: string): DeclarationFile => {
    const known = files.get(file)
    if (known !== undefined) return known
    if (!existsSync(join(root, file))) throw new Error(`${file} is not there: build first`)
    const made = readDeclarations(file, readText(root, file))
    files.set(file, made)
    return made
  }
  const printed = new Map<string, string>()
  const sections = Object.entries(manifest.exports).flatMap(([entry, target]) => {
    if (typeof target === 'string' || target.types === undefined) return []
    return [section(entry, posix.join(folder, target.types), read, printed)]
  })
  const commands = Object.keys(manifest.bin).toSorted()
  const title = `# Public names of ${manifest.name}\n\nWritten by \`pnpm check api --update\`. A change here is a change for users: review it like code.\n`
  const commandsText = commands.length === 0 ? [] : [`Commands: ${commands.map((name) => `\`${name}\``).join(', ')}.\n`]
  return [title, ...commandsText, ...sections].join('\n')
}

function section(entry: string, file: string, read: (file: string) => DeclarationFile, printed: Map<string, string>): string {
  const exported = exportsOf(file, read)
  const blocks: string[] = []
  const shown = new Set<string>()
  const hidden: { readonly file: string; readonly name: string }[] = []
  for (const name of [...exported.keys()].toSorted()) {
    const found = resolve(exported.get(name), read)
    if (found.place !== undefined) shown.add(found.place)
    const before = found.place === undefined ? undefined : printed.get(found.place)
    const typeOnly = found.asType && found.text.some((text) => /^(?:abstract )?class\b/.test(text)) ? '// a type only\n' : ''
    const renamed = found.place === undefined || found.place.endsWith(`#${name}`) ? '' : `// exported as ${name}\n`
    if (before === undefined) blocks.push(typeOnly + renamed + found.text.join('\n'))
    else blocks.push(`// ${name}: as in ${before}`)
    if (found.place !== undefined && before === undefined) printed.set(found.place, entry)
    if (before === undefined) hidden.push(...found.mentions)
  }
  const seenThrough: [string, string][] = []
  for (const { file: from, name } of hidden) {
    const place = `${from}#${name}`
    if (shown.has(place) || printed.has(place)) continue
    shown.add(place)
    const found = resolve({ file: from, origin: { kind: 'local', name } }, read, true)
    printed.set(place, `${entry} (not exported)`)
    seenThrough.push([name, found.text.join('\n')])
    hidden.push(...found.mentions)
  }
  const rest = seenThrough.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  const tail = rest.length === 0 ? '' : `\nMentioned there, not exported:\n\n\`\`\`ts ignore\n${rest.join('\n\n')}\n\`\`\`\n`
  return `## ${entry}\n\n\`\`\`ts ignore\n${blocks.join('\n\n')}\n\`\`\`\n${tail}`
}

interface Export {
  readonly file: string
  readonly origin: Origin
}

function exportsOf(
  file: string,
  read: (file: string) => DeclarationFile,
  seen: ReadonlySet<string> = new Set(),
): Map<string, Export> {
  const { exports, stars } = read(file)
  const all = new Map<string, Export>()
  for (const star of stars) {
    const target = besides(file, star)
    if (target === undefined)
      all.set(`* from ${star}`, { file, origin: { kind: 'import', from: star, name: '*', typeOnly: false } })
    else if (!seen.has(target))
      for (const [name, found] of exportsOf(target, read, new Set([...seen, file]))) all.set(name, found)
  }
  for (const [name, origin] of exports) all.set(name, { file, origin })
  return all
}

/** `./x.ts` in a declaration file is `x.d.ts` beside it; `undefined` for another package. */
function besides(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.join(posix.dirname(file), specifier).replace(/(?:\.d)?\.[cm]?[tj]s$/, '.d.ts')
}

function resolve(exported: Export | undefined, read: (file: string) => DeclarationFile, asType = false): Found {
  if (exported === undefined) throw new Error('an export without a declaration')
  const { file, origin } = exported
  if (origin.kind === 'import') {
    const target = besides(file, origin.from)
    const words = origin.name === '*' ? '*' : `{ ${origin.name} }`
    if (target === undefined)
      return {
        place: undefined,
        text: [`export ${origin.typeOnly ? 'type ' : ''}${words} from '${origin.from}'`],
        mentions: [],
        asType,
      }
    if (origin.name === '*') return { place: `${target}#*`, text: [`export * from '${origin.from}'`], mentions: [], asType }
    const next = exportsOf(target, read).get(origin.name)
    if (next === undefined) throw new Error(`${file} exports ${origin.name} of ${target}, which does not export it`)
    return resolve(next, read, asType || origin.typeOnly)
  }
  const declarations = read(file)
  const text = declarations.textOf(origin.name, asType)
  if (text.length === 0) throw new Error(`${file} exports ${origin.name}, which it does not declare`)
  const mentions = declarations.mentionedBy(origin.name, asType).flatMap((name) => {
    const from = declarations.scope.get(name)
    const place = from === undefined ? undefined : resolvePlace({ file, origin: from }, read)
    return place === undefined ? [] : [place]
  })
  return { place: `${file}#${origin.name}`, text, mentions, asType }
}

/** Where a mentioned name is declared; `undefined` for names of other packages. */
function resolvePlace(
  { file, origin }: Export,
  read: (file: string) => DeclarationFile,
): { readonly file: string; readonly name: string } | undefined {
  if (origin.kind === 'local') return { file, name: origin.name }
  const target = besides(file, origin.from)
  if (target === undefined || origin.name === '*') return undefined
  const next = exportsOf(target, read).get(origin.name)
  return next === undefined ? undefined : resolvePlace(next, read)
}
