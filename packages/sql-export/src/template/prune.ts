// Joins that a root can do without: T-7. A LEFT JOIN takes no row away, and repeated rows are one key.
import type { CatalogTable } from '../structure/catalog.ts'
import type { Dialect } from './dialect.ts'
import type { Token } from './lexer.ts'
import type { Slice, Template, TemplateSource } from './template.ts'

interface Joined {
  readonly source: TemplateSource
  readonly table: CatalogTable
}

/**
 * The joins to leave out of the root of `asked`: LEFT JOINs without parameters whose alias nothing that stays could mean, by its
 * name or, where a column is written without an alias, by a column's. What is doubtful stays.
 * @param conditions - tokens of what the root asks beside the template's own WHERE.
 */
export function prunableJoins(
  template: Template,
  asked: TemplateSource,
  joined: readonly Joined[],
  conditions: readonly Token[],
  dialect: Dialect,
): Slice[] {
  const within = ({ start, end }: Slice): Token[] => template.tokens.filter((token) => token.start >= start && token.end <= end)
  const fixed = [...conditions, ...(template.where === null ? [] : within(template.where))]
  const kept = new Set(joined)
  const means = (tokens: readonly Token[], { source, table }: Joined): boolean => {
    const names = new Set(
      [source.alias.text, ...table.columns.map(({ name }) => name)].map((name) => dialect.fold(name).toLowerCase()),
    )
    return tokens.some(({ kind, text }, i) => {
      if (kind === 'symbol' || kind === 'number' || kind === 'parameter' || tokens[i - 1]?.text === '.') return false
      return names.has(text.toLowerCase())
    })
  }
  /** PostgreSQL takes no table alone in parentheses. */
  const depthAt = (at: number): number =>
    within({ start: template.from.start, end: at }).reduce(
      (depth, { kind, text }) => depth + (kind !== 'symbol' ? 0 : text === '(' ? 1 : text === ')' ? -1 : 0),
      0,
    )
  const isNeeded = (candidate: Joined): boolean => {
    const { join } = candidate.source
    if (candidate.source === asked || join === null || !join.isLeft || depthAt(join.start) > 0) return true
    if (within(join).some(({ kind }) => kind === 'parameter') || means(fixed, candidate)) return true
    return [...kept].some(
      ({ source }) => source !== candidate.source && source.join !== null && means(within(source.join), candidate),
    )
  }
  const left: Slice[] = []
  for (const candidate of joined.toReversed()) {
    if (isNeeded(candidate)) continue
    kept.delete(candidate)
    if (candidate.source.join !== null) left.push(candidate.source.join)
  }
  return left.toReversed()
}
