// An independent, naive reading of the rules: it says which markers must not leave.
import type { RedactRule } from '../src/index.ts'

const normal = (text: string): string =>
  [...text]
    .filter((char) => char !== '_' && char !== '-')
    .map((char) => (char >= 'A' && char <= 'Z' ? char.toLowerCase() : char))
    .join('')

function pathMatches(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return path.length === 0
  if (first === '**') return pathMatches(rest, path) || (path.length > 0 && pathMatches(pattern, path.slice(1)))
  const [head, ...tail] = path
  return head !== undefined && (first === '*' || normal(first) === normal(head)) && pathMatches(rest, tail)
}

/** The readings of a path: keys as they are, or all keys with dots taken apart. */
function readings(path: readonly string[]): readonly (readonly string[])[] {
  return [path, path.flatMap((key) => (key.includes('.') ? key.split('.').filter((part) => part !== '') : [key]))]
}

const PATHS: Readonly<Record<string, readonly string[]>> = {
  'card.number': ['card', 'number'],
  'a.*.c': ['a', '*', 'c'],
  '*.*.*': ['*', '*', '*'],
  'a.**.b': ['a', '**', 'b'],
  '**.card': ['**', 'card'],
  'items[*].number': ['items', '*', 'number'],
  '*.*.*.*': ['*', '*', '*', '*'],
  'a.card.number': ['a', 'card', 'number'],
  'err.a': ['err', 'a'],
  '["to\\"ken"]': ['to"ken'],
}

function isSensitive(rules: readonly RedactRule[], path: readonly string[], isIndex: boolean): boolean {
  const key = path[path.length - 1] as string
  return rules.some((rule) => {
    if (typeof rule === 'function') return false
    if (rule instanceof RegExp)
      return !isIndex && [key, ...key.split('.')].some((part) => new RegExp(rule.source, rule.flags.replace('g', '')).test(part))
    const pattern = PATHS[rule]
    if (pattern === undefined) return !isIndex && [key, ...key.split('.')].some((part) => normal(part) === normal(rule))
    return readings(path).some((reading) => pathMatches(pattern, reading))
  })
}

/** Every marker below a sensitive key. */
export function sensitiveMarkers(
  rules: readonly RedactRule[],
  fields: readonly (readonly [string, unknown])[],
  prefix: readonly string[],
): ReadonlySet<string> {
  const hidden = new Set<string>()
  const open = new Set<string>()
  const visit = (path: readonly string[], value: unknown, below: boolean, isIndex: boolean): void => {
    const sensitive = below || isSensitive(rules, path, isIndex)
    if (typeof value === 'string') {
      ;(sensitive ? hidden : open).add(value)
      return
    }
    if (typeof value !== 'object' || value === null) return
    const shown =
      typeof (value as { toJSON?: unknown }).toJSON === 'function' && !(value instanceof Error)
        ? (value as { toJSON(): unknown }).toJSON()
        : value
    if (shown !== value) return visit(path, shown, sensitive, isIndex)
    if (Array.isArray(value)) value.forEach((item, index) => visit([...path, String(index)], item, sensitive, true))
    else for (const key of Object.keys(value)) visit([...path, key], Reflect.get(value, key), sensitive, false)
    if (value instanceof Error) visit([...path, 'cause'], value.cause, sensitive, false)
  }
  for (const [key, value] of fields)
    visit(
      [...prefix, key],
      value,
      prefix.some((_, i) => isSensitive(rules, prefix.slice(0, i + 1), false)),
      false,
    )
  return new Set([...hidden].filter((marker) => /MARK\d+MARK/.test(marker) && !open.has(marker)))
}
