// The structure of a template query: fields, sources, joins and order. Conditions stay as they are written.
import type { Dialect } from './dialect.ts'
import { dialectOf } from './dialect.ts'
import type { Token } from './lexer.ts'
import { templateError, tokenize } from './lexer.ts'
import type {
  Slice,
  Template,
  TemplateColumn,
  TemplateEquality,
  TemplateField,
  TemplateName,
  TemplateSource,
} from './template.ts'

const CLAUSES = [
  'GROUP',
  'HAVING',
  'WINDOW',
  'LIMIT',
  'OFFSET',
  'FETCH',
  'FOR',
  'INTO',
  'INDEXED',
  'TABLESAMPLE',
  'PARTITION',
  'USE',
  'FORCE',
  'IGNORE',
]
/** Words of MySQL between SELECT and the fields. */
const MODIFIERS = [
  'DISTINCTROW',
  'HIGH_PRIORITY',
  'STRAIGHT_JOIN',
  'SQL_SMALL_RESULT',
  'SQL_BIG_RESULT',
  'SQL_BUFFER_RESULT',
  'SQL_CACHE',
  'SQL_NO_CACHE',
  'SQL_CALC_FOUND_ROWS',
]
const COMPOUNDS = ['UNION', 'INTERSECT', 'EXCEPT']
const WRONG_JOINS = ['NATURAL', 'CROSS', 'FULL', 'STRAIGHT_JOIN']
const JOIN_WORDS = ['JOIN', 'INNER', 'LEFT', 'RIGHT', ...WRONG_JOINS]
/** Words that a parenthesis can follow without making a call of them; LEFT(…) and RIGHT(…) are functions. */
const NEVER_FUNCTIONS = ['WHERE', 'ORDER', 'JOIN', 'INNER', 'GROUP', 'HAVING', 'LIMIT', ...COMPOUNDS]
const NEVER_ALIAS = [
  ...CLAUSES,
  ...COMPOUNDS,
  ...JOIN_WORDS,
  'OUTER',
  'ON',
  'USING',
  'WHERE',
  'ORDER',
  'NOT',
  'AS',
  'SELECT',
  'FROM',
]

/** Parses a template. @throws ExportError `ERR_TEMPLATE_*` with the place. */
export function parseTemplate(text: string, dialect: Dialect = dialectOf('sqlite')): Template {
  return new TemplateParser(text, dialect).parse()
}

class TemplateParser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  readonly #dialect: Dialect
  #at = 0

  constructor(text: string, dialect: Dialect) {
    this.#text = text
    this.#dialect = dialect
    this.#tokens = tokenize(text, dialect)
  }

  parse(): Template {
    this.#requireSelect()
    const fields = this.#fields()
    const from = this.#next()
    const sources = this.#sources()
    const fromEnd = this.#previousEnd()
    let where: Slice | null = null
    if (this.#isWord('WHERE')) {
      const start = this.#next().end
      this.#skipCondition(['ORDER'])
      where = { start, end: this.#previousEnd() }
      if (this.#text.slice(start, where.end).trim() === '')
        throw this.#fail('ERR_TEMPLATE_CLAUSE', this.#peek(), 'WHERE has no condition')
    }
    const order = this.#order()
    this.#requireEnd()
    const parameters = this.#tokens.filter(
      ({ kind, start }) => kind === 'parameter' && start >= from.end && start < (where?.end ?? fromEnd),
    )
    const slice = { start: from.end, end: fromEnd }
    return { text: this.#text, fields, sources, from: slice, where, order, parameters, tokens: this.#tokens }
  }

  #requireSelect(): void {
    const first = this.#peek()
    if (first.kind === 'end') throw this.#fail('ERR_TEMPLATE_STATEMENT', first, 'the template is empty')
    if (!this.#isWord('SELECT')) throw this.#fail('ERR_TEMPLATE_STATEMENT', first, 'the template is not a SELECT')
    this.#next()
    for (const word of ['DISTINCT', 'ALL']) {
      if (this.#isWord(word) && !['.', ','].includes(this.#peek(1).text))
        throw this.#fail('ERR_TEMPLATE_CLAUSE', this.#peek(), `${word} has no meaning here`)
    }
    const next = this.#peek(1)
    const isField = !['name', 'quoted'].includes(next.kind) || isKeyword(next, 'FROM', 'AS')
    if (this.#dialect.isMysql && this.#isWord(...MODIFIERS) && !isField)
      throw this.#fail('ERR_TEMPLATE_CLAUSE', this.#peek(), `${this.#peek().text.toUpperCase()} has no meaning here`)
  }

  #fields(): TemplateField[] {
    const fields: TemplateField[] = []
    for (;;) {
      const column = this.#column('ERR_TEMPLATE_FIELD')
      let as: TemplateName | null = null
      if (this.#isWord('AS')) {
        this.#next()
        as = this.#name('ERR_TEMPLATE_FIELD')
      } else if (this.#isName() && !this.#isWord('FROM', 'INTO')) as = this.#name('ERR_TEMPLATE_FIELD')
      fields.push({ ...column, as })
      if (this.#isSymbol(',')) this.#next()
      else break
    }
    if (this.#isWord('FROM')) return fields
    const { kind } = this.#peek()
    if (kind === 'end' || this.#isSymbol(';'))
      throw this.#fail('ERR_TEMPLATE_STATEMENT', this.#peek(), 'the template has no FROM')
    if (this.#isWord('INTO')) throw this.#fail('ERR_TEMPLATE_CLAUSE', this.#peek(), 'INTO has no meaning here')
    throw this.#fail('ERR_TEMPLATE_FIELD', this.#peek(), 'a field must be alias.column')
  }

  #sources(): TemplateSource[] {
    const sources = this.#source()
    while (this.#isWord(...JOIN_WORDS)) sources.push(this.#join())
    if (this.#isSymbol(',')) throw this.#fail('ERR_TEMPLATE_SOURCE', this.#peek(), 'a list of tables', 'Write JOIN … ON.')
    this.#refuseClause()
    return sources
  }

  #source(): TemplateSource[] {
    if (!this.#isSymbol('(')) return [this.#table()]
    const open = this.#next()
    if (this.#isWord('SELECT', 'WITH', 'VALUES'))
      throw this.#fail('ERR_TEMPLATE_SOURCE', open, 'a sub-select', 'Name its tables.')
    const sources = this.#sources()
    if (!this.#isSymbol(')')) throw this.#fail('ERR_TEMPLATE_SOURCE', this.#peek(), 'a parenthesis was expected')
    this.#next()
    return sources
  }

  #join(): TemplateSource {
    if (this.#isWord(...WRONG_JOINS))
      throw this.#fail(
        'ERR_TEMPLATE_JOIN',
        this.#peek(),
        `${this.#peek().text.toUpperCase()} cannot be followed`,
        'Use INNER, LEFT or RIGHT JOIN … ON.',
      )
    const { start } = this.#peek()
    const isLeft = this.#isWord('LEFT')
    if (this.#isWord('INNER')) this.#next()
    else if (this.#isWord('LEFT', 'RIGHT')) {
      this.#next()
      if (this.#isWord('OUTER')) this.#next()
    }
    if (!this.#isWord('JOIN')) throw this.#fail('ERR_TEMPLATE_JOIN', this.#peek(), 'JOIN was expected')
    this.#next()
    const table = this.#table()
    if (this.#isWord('USING'))
      throw this.#fail('ERR_TEMPLATE_JOIN', this.#peek(), 'USING cannot be followed', 'Write ON a.x = b.y.')
    if (!this.#isWord('ON')) throw this.#fail('ERR_TEMPLATE_JOIN', this.#peek(), 'a join without ON')
    this.#next()
    return { ...table, equalities: this.#on(), join: { isLeft, start, end: this.#previousEnd() } }
  }

  #table(): TemplateSource {
    if (this.#isSymbol('('))
      throw this.#fail('ERR_TEMPLATE_SOURCE', this.#peek(), 'a sub-select or group cannot be joined', 'Name its tables.')
    if (this.#isWord('LATERAL', 'ONLY'))
      throw this.#fail('ERR_TEMPLATE_SOURCE', this.#peek(), `${this.#peek().text.toUpperCase()} has no meaning here`)
    const parts = [this.#name('ERR_TEMPLATE_SOURCE')]
    while (this.#isSymbol('.')) {
      this.#next()
      parts.push(this.#name('ERR_TEMPLATE_NAME'))
    }
    const [first] = parts
    if (this.#isSymbol('(')) throw this.#fail('ERR_TEMPLATE_SOURCE', this.#peek(), 'a function is no table')
    if (parts.length > 2 && first !== undefined)
      throw templateError('ERR_TEMPLATE_NAME', this.#text, first.start, 'a name has at most two parts')
    if (this.#isWord('AS')) this.#next()
    else this.#refuseClause()
    if (!this.#isName() || this.#isWord(...NEVER_ALIAS))
      throw this.#fail('ERR_TEMPLATE_ALIAS', this.#peek(), 'a table needs an alias')
    const alias = this.#name('ERR_TEMPLATE_ALIAS')
    if (this.#isSymbol('(')) throw this.#fail('ERR_TEMPLATE_SOURCE', this.#peek(), 'column aliases have no meaning here')
    if (this.#isWord('NOT') && this.#peek(1).text.toUpperCase() === 'INDEXED')
      throw this.#fail('ERR_TEMPLATE_CLAUSE', this.#peek(), 'an index hint has no meaning here')
    return { parts, alias, equalities: [], join: null }
  }

  /** Conditions of an ON: the equalities among those that AND joins. The first must be one. */
  #on(): TemplateEquality[] {
    const start = this.#at
    this.#skipCondition(['ORDER', 'WHERE', ...JOIN_WORDS])
    let tokens = this.#tokens.slice(start, this.#at)
    while (isWrapped(tokens)) tokens = tokens.slice(1, -1)
    const [first] = tokens
    if (first === undefined) throw this.#fail('ERR_TEMPLATE_JOIN', this.#peek(), 'ON has no condition')
    const or = tokens.find((token, i) => isKeyword(token, 'OR') && depthAt(tokens, i) === 0)
    if (or !== undefined) throw this.#fail('ERR_TEMPLATE_JOIN', or, 'OR in place of an equality')
    const equalities: TemplateEquality[] = []
    for (const [i, condition] of splitByAnd(tokens).entries()) {
      const equality = asEquality(condition)
      if (equality !== undefined) equalities.push(equality)
      else if (i === 0) throw this.#fail('ERR_TEMPLATE_JOIN', first, 'ON must begin with alias.column = alias.column')
    }
    return equalities
  }

  #order(): TemplateColumn[] {
    if (!this.#isWord('ORDER')) return []
    this.#next()
    if (!this.#isWord('BY')) throw this.#fail('ERR_TEMPLATE_ORDER', this.#peek(), 'BY was expected')
    this.#next()
    const items: TemplateColumn[] = []
    for (;;) {
      items.push(this.#column('ERR_TEMPLATE_ORDER'))
      if (this.#isWord('ASC')) this.#next()
      if (this.#isWord('DESC')) throw this.#fail('ERR_TEMPLATE_ORDER', this.#peek(), 'DESC has no meaning here')
      if (this.#isWord('NULLS')) {
        this.#next()
        if (!this.#isWord('FIRST')) throw this.#fail('ERR_TEMPLATE_ORDER', this.#peek(), 'NULLS LAST has no meaning here')
        this.#next()
      }
      if (this.#peek().kind === 'symbol' && !this.#isSymbol(',') && !this.#isSymbol(';'))
        throw this.#fail('ERR_TEMPLATE_ORDER', this.#peek(), 'an expression, where alias.column was expected')
      if (!this.#isSymbol(',')) return items
      this.#next()
    }
  }

  #requireEnd(): void {
    if (this.#isSymbol(';')) {
      this.#next()
      if (this.#peek().kind !== 'end') throw this.#fail('ERR_TEMPLATE_STATEMENT', this.#peek(), 'a second statement')
    }
    this.#refuseClause()
    if (this.#peek().kind !== 'end') throw this.#fail('ERR_TEMPLATE_CLAUSE', this.#peek(), 'the end was expected')
  }

  /** Passes over a condition, until one of the words, a clause, a semicolon, an unopened parenthesis or the end. */
  #skipCondition(until: readonly string[]): void {
    let depth = 0
    for (; ; this.#next()) {
      const token = this.#peek()
      if (token.kind === 'end') return
      if (depth === 0) {
        if (this.#isSymbol(')') || this.#isSymbol(';')) return
        const isQualified = this.#tokens[this.#at - 1]?.text === '.' || this.#peek(1).text === '.'
        const isFunction = this.#peek(1).text === '(' && !isKeyword(token, ...NEVER_FUNCTIONS)
        if (!isQualified && !isFunction && isKeyword(token, ...until)) return
        if (!isQualified && !isFunction) this.#refuseClause()
      }
      if (token.kind !== 'symbol') continue
      if (token.text === '(') depth++
      if (token.text === ')') depth--
    }
  }

  #refuseClause(): void {
    const token = this.#peek()
    if (isKeyword(token, ...COMPOUNDS))
      throw this.#fail('ERR_TEMPLATE_STATEMENT', token, `${token.text.toUpperCase()} makes it several statements`)
    const isLock = this.#dialect.isMysql && isKeyword(token, 'LOCK') && isKeyword(this.#peek(1), 'IN')
    if (!isKeyword(token, ...CLAUSES) && !isLock) return
    const advice = token.text.toUpperCase() === 'LIMIT' ? 'Give the root a limit instead: roots: [{ table, limit }].' : undefined
    throw this.#fail('ERR_TEMPLATE_CLAUSE', token, `${token.text.toUpperCase()} has no meaning here`, advice)
  }

  #column(code: 'ERR_TEMPLATE_FIELD' | 'ERR_TEMPLATE_ORDER'): TemplateColumn {
    const first = this.#name(code)
    if (!this.#isSymbol('.')) {
      if (this.#isSymbol('(')) throw this.#fail(code, this.#peek(), 'an expression, where alias.column was expected')
      return { alias: null, column: first }
    }
    this.#next()
    if (this.#isSymbol('*'))
      throw this.#fail(code, this.#peek(), 'a wildcard, where alias.column was expected', 'Name the key columns.')
    return { alias: first, column: this.#name(code) }
  }

  #name(code: Parameters<typeof templateError>[0]): TemplateName {
    const token = this.#peek()
    if (!this.#isName())
      throw this.#fail(code, token, token.text === '*' ? 'a wildcard, where a name was expected' : 'a name was expected')
    if (token.text === '') throw this.#fail('ERR_TEMPLATE_NAME', token, 'an empty name')
    this.#next()
    return { text: token.text, start: token.start }
  }

  #peek(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? { kind: 'end', text: '', start: this.#text.length, end: this.#text.length }
  }

  #next(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  #previousEnd(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0
  }

  #isWord(...words: readonly string[]): boolean {
    return isKeyword(this.#peek(), ...words)
  }

  #isSymbol(text: string): boolean {
    return this.#peek().kind === 'symbol' && this.#peek().text === text
  }

  #isName(): boolean {
    return this.#peek().kind === 'name' || this.#peek().kind === 'quoted'
  }

  #fail(code: Parameters<typeof templateError>[0], { start }: Token, what: string, remedy?: string): Error {
    return templateError(code, this.#text, start, what, remedy)
  }
}

function isKeyword(token: Token, ...words: readonly string[]): boolean {
  return token.kind === 'name' && words.includes(token.text.toUpperCase())
}

function depthAt(tokens: readonly Token[], at: number): number {
  let depth = 0
  for (let i = 0; i < at; i++) {
    const { kind, text } = tokens[i] ?? { kind: 'end', text: '' }
    if (kind === 'symbol' && text === '(') depth++
    if (kind === 'symbol' && text === ')') depth--
  }
  return depth
}

/** Whether one pair of parentheses holds all. */
function isWrapped(tokens: readonly Token[]): boolean {
  if (tokens.length < 2 || tokens[0]?.text !== '(' || tokens[0].kind !== 'symbol') return false
  for (let i = 1; i < tokens.length; i++) if (depthAt(tokens, i + 1) === 0) return i === tokens.length - 1
  return false
}

function splitByAnd(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]]
  let betweens = 0
  tokens.forEach((token, i) => {
    const isOutside = depthAt(tokens, i) === 0
    if (isOutside && isKeyword(token, 'BETWEEN')) betweens++
    if (isOutside && isKeyword(token, 'AND')) {
      if (betweens === 0) {
        parts.push([])
        return
      }
      betweens-- // the AND of BETWEEN
    }
    parts.at(-1)?.push(token)
  })
  return parts
}

function asEquality(tokens: readonly Token[]): TemplateEquality | undefined {
  let inner = tokens
  while (isWrapped(inner)) inner = inner.slice(1, -1)
  const [alias, dot, column, equals, otherAlias, otherDot, otherColumn] = inner
  if (inner.length !== 7 || alias === undefined || column === undefined || otherAlias === undefined || otherColumn === undefined)
    return undefined
  if (dot?.text !== '.' || otherDot?.text !== '.' || (equals?.text !== '=' && equals?.text !== '==')) return undefined
  if ([alias, column, otherAlias, otherColumn].some(({ kind }) => kind !== 'name' && kind !== 'quoted')) return undefined
  return { left: { alias, column }, right: { alias: otherAlias, column: otherColumn }, start: alias.start }
}
