// Tokens of a template query, in SQLite's dialect.
import type { ExportErrorCode } from '../vocabulary/errors.ts'
import { ExportError } from '../vocabulary/errors.ts'

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
const WORD = /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y
const NUMBER = /0[xX][0-9A-Fa-f]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const PARAMETER = /\?\d*|[:@$][A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y
const SYMBOL = /\|\||->>|->|<>|<<|>>|<=|>=|==|!=|[-+*/%&|~<>=(),.;]/y
const QUOTES: Readonly<Record<string, string>> = { "'": "'", '"': '"', '`': '`', '[': ']' }

/**
 * Splits a template into tokens; white space and comments are left out. The last token is of kind `end`.
 * @throws ExportError `ERR_TEMPLATE_LEX` for what is unterminated or unbalanced, for a NUL, and for comments that some
 * engines execute.
 */
export function tokenize(template: string): Token[] {
  const fail = (offset: number, what: string): ExportError => templateError('ERR_TEMPLATE_LEX', template, offset, what)
  const nul = template.indexOf('\0')
  if (nul !== -1) throw fail(nul, 'a NUL character')
  const tokens: Token[] = []
  const open: number[] = []
  for (let at = 0; at < template.length; ) {
    const skipped = skip(template, at, fail)
    if (skipped > at) {
      at = skipped
      continue
    }
    const token = quoted(template, at, fail) ?? matched(template, at)
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
function skip(template: string, at: number, fail: Fail): number {
  const space = matchAt(SPACE, template, at)
  if (space !== undefined) return at + space.length
  if (template.startsWith('--', at)) {
    const end = template.indexOf('\n', at)
    return end === -1 ? template.length : end + 1
  }
  if (!template.startsWith('/*', at)) return at
  if (template[at + 2] === '!' || template[at + 2] === '+') throw fail(at, 'a comment that some engines execute')
  const end = template.indexOf('*/', at + 2)
  if (end === -1) throw fail(at, 'a comment that is not closed')
  return end + 2
}

function quoted(template: string, at: number, fail: Fail): Token | undefined {
  const isBlob = /[xX]/.test(template[at] ?? '') && template[at + 1] === "'"
  const start = isBlob ? at + 1 : at
  const opening = template[start] ?? ''
  const closing = QUOTES[opening]
  if (closing === undefined) return undefined
  let text = ''
  for (let i = start + 1; i < template.length; i++) {
    if (template[i] !== closing) {
      text += template[i]
      continue
    }
    if (closing !== ']' && template[i + 1] === closing) {
      text += closing
      i++
      continue
    }
    return { kind: opening === "'" ? 'string' : 'quoted', text, start: at, end: i + 1 }
  }
  throw fail(at, opening === "'" ? 'a string that is not closed' : 'a quoted name that is not closed')
}

function matched(template: string, at: number): Token | undefined {
  const kinds = [
    ['number', NUMBER],
    ['name', WORD],
    ['parameter', PARAMETER],
    ['symbol', SYMBOL],
  ] as const
  for (const [kind, pattern] of kinds) {
    const text = matchAt(pattern, template, at)
    if (text !== undefined && text !== '') return { kind, text, start: at, end: at + text.length }
  }
  return undefined
}
