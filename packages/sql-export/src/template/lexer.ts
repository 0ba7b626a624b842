// Tokens of a template query.
import type { ExportErrorCode } from '../vocabulary/errors.ts'
import { ExportError } from '../vocabulary/errors.ts'
import type { Dialect } from './dialect.ts'
import { dialectOf } from './dialect.ts'

export type TokenKind = 'name' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol' | 'end'

export interface Token {
  readonly kind: TokenKind
  /** The name without its quotes, or the token's text. */
  readonly text: string
  readonly start: number
  readonly end: number
}

type TemplateCode = Extract<ExportErrorCode, `ERR_TEMPLATE_${string}`>

/** An error at a place of the template, with at most 40 characters of it. */
export function templateError(code: TemplateCode, template: string, offset: number, what: string, remedy?: string): ExportError {
  const before = template.slice(0, offset)
  const line = before.split('\n').length
  const column = offset - before.lastIndexOf('\n')
  const rest = template.slice(offset, offset + 40)
  const quoted = rest === '' ? 'the end' : `"${(rest.split('\n')[0] ?? '').trimEnd()}"`
  return new ExportError(code, `${what}, at line ${line}, column ${column}: ${quoted}`, { offset, line, column, remedy })
}

const SPACE = /[ \t\n\f\r]+/y
const NUMBER = /0[xX][0-9A-Fa-f]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$/y

/**
 * Splits a template into tokens; white space and comments are left out. The last token is of kind `end`.
 * @throws ExportError `ERR_TEMPLATE_LEX` for what is unterminated or unbalanced, for a NUL, and for comments that some
 * engines execute.
 */
export function tokenize(template: string, dialect: Dialect = dialectOf('sqlite')): Token[] {
  const fail = (offset: number, what: string): ExportError => templateError('ERR_TEMPLATE_LEX', template, offset, what)
  const nul = template.indexOf('\0')
  if (nul !== -1) throw fail(nul, 'a NUL character')
  const tokens: Token[] = []
  const open: number[] = []
  for (let at = 0; at < template.length; ) {
    const skipped = skip(template, at, dialect, fail)
    if (skipped > at) {
      at = skipped
      continue
    }
    const token = quoted(template, at, dialect, fail) ?? matched(template, at, dialect)
    if (token === undefined) throw fail(at, 'an unexpected character')
    if (token.text === '(' && token.kind === 'symbol') open.push(at)
    if (token.text === ')' && token.kind === 'symbol' && open.pop() === undefined)
      throw fail(at, 'a parenthesis that was not opened')
    tokens.push(token)
    at = token.end
  }
  const unclosed = open.pop()
  if (unclosed !== undefined) throw fail(unclosed, 'a parenthesis that is not closed')
  tokens.push({ kind: 'end', text: '', start: template.length, end: template.length })
  return tokens
}

type Fail = (offset: number, what: string) => ExportError

function matchAt(pattern: RegExp, template: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(template)?.[0]
}

/** @returns where the next token may begin: past white space, or past a comment. */
function skip(template: string, at: number, { hasNestedComments, isMysql }: Dialect, fail: Fail): number {
  const space = matchAt(SPACE, template, at)
  if (space !== undefined) return at + space.length
  const isLineComment = isMysql ? /^(#|--(?=\s|$))/.test(template.slice(at, at + 3)) : template.startsWith('--', at)
  if (isLineComment) {
    const end = template.indexOf('\n', at)
    return end === -1 ? template.length : end + 1
  }
  if (!template.startsWith('/*', at)) return at
  if (template[at + 2] === '!' || template[at + 2] === '+') throw fail(at, 'a comment that some engines execute')
  if (hasNestedComments) return pastNested(template, at, fail)
  const end = template.indexOf('*/', at + 2)
  if (end === -1) throw fail(at, 'a comment that is not closed')
  return end + 2
}

function pastNested(template: string, start: number, fail: Fail): number {
  let depth = 0
  for (let at = start; at < template.length; at += 2) {
    while (at < template.length && !template.startsWith('/*', at) && !template.startsWith('*/', at)) at++
    if (at >= template.length) break
    depth += template.startsWith('/*', at) ? 1 : -1
    if (depth === 0) return at + 2
  }
  throw fail(start, 'a comment that is not closed')
}

function quoted(template: string, at: number, dialect: Dialect, fail: Fail): Token | undefined {
  if (dialect.hasDollarQuotes) {
    const tag = matchAt(DOLLAR_TAG, template, at)
    if (tag !== undefined) {
      const end = template.indexOf(tag, at + tag.length)
      if (end === -1) throw fail(at, 'a string that is not closed')
      return { kind: 'string', text: template.slice(at + tag.length, end), start: at, end: end + tag.length }
    }
  }
  const isPrefixed = (dialect.hasDollarQuotes ? /[xXbBnNeE]/ : /[xX]/).test(template[at] ?? '') && template[at + 1] === "'"
  const hasEscapes = dialect.isMysql || (isPrefixed && dialect.hasDollarQuotes && /[eE]/.test(template[at] ?? ''))
  const start = isPrefixed ? at + 1 : at
  const opening = template[start] ?? ''
  const closing = dialect.quotes[opening]
  if (closing === undefined) return undefined
  let text = ''
  for (let i = start + 1; i < template.length; i++) {
    if (hasEscapes && opening !== '`' && template[i] === '\\') {
      text += template.slice(i, i + 2)
      i++
      continue
    }
    if (template[i] !== closing) {
      text += template[i]
      continue
    }
    if (closing !== ']' && template[i + 1] === closing) {
      text += closing
      i++
      continue
    }
    return { kind: dialect.stringQuotes.includes(opening) ? 'string' : 'quoted', text, start: at, end: i + 1 }
  }
  throw fail(at, dialect.stringQuotes.includes(opening) ? 'a string that is not closed' : 'a quoted name that is not closed')
}

function matched(template: string, at: number, dialect: Dialect): Token | undefined {
  const kinds = [
    ['number', NUMBER],
    ['name', dialect.word],
    ['parameter', dialect.parameter],
    ['symbol', dialect.symbol],
  ] as const
  for (const [kind, pattern] of kinds) {
    const text = matchAt(pattern, template, at)
    if (text === undefined || text === '') continue
    const isFolded = kind === 'name' && dialect.foldsUnquoted
    return { kind, text: isFolded ? text.toLowerCase() : text, start: at, end: at + text.length }
  }
  return undefined
}

/** The text with its numbered parameters moved up by `by`: those of `$1` style; others stand for themselves. */
export function shiftParameters(text: string, dialect: Dialect, by: number): string {
  if (by === 0 || dialect.placeholder(1) !== '$1') return text
  let result = ''
  let at = 0
  for (const { kind, start, end } of tokenize(text, dialect)) {
    if (kind !== 'parameter') continue
    result += `${text.slice(at, start)}${dialect.placeholder(Number(text.slice(start + 1, end)) + by)}`
    at = end
  }
  return result + text.slice(at)
}
