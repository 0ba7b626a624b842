// How the engines write names, strings, comments and parameters, as far as a template's structure depends on it.
import type { Engine } from '../vocabulary/value-kind.ts'

export interface Dialect {
  readonly engine: Engine
  /** Opening to closing characters of quoted names and strings. */
  readonly quotes: Readonly<Record<string, string>>
  /** PostgreSQL's `E'…'` and `$tag$…$tag$`. */
  readonly hasDollarQuotes: boolean
  /** Characters that open a string; what else is quoted is a name. */
  readonly stringQuotes: string
  /** MySQL: backslashes in strings, comments by `#`, and `--` only before white space. */
  readonly isMysql: boolean
  readonly hasNestedComments: boolean
  readonly word: RegExp
  readonly parameter: RegExp
  readonly symbol: RegExp
  /** Whether a name without quotes is turned to lower case, and one with quotes is kept. */
  readonly foldsUnquoted: boolean
  /** The text by which names are compared. */
  fold(name: string): string
  /** The n-th parameter of a statement, from 1. */
  placeholder(n: number): string
}

const lowerAscii = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

const SQLITE: Dialect = {
  engine: 'sqlite',
  quotes: { "'": "'", '"': '"', '`': '`', '[': ']' },
  hasDollarQuotes: false,
  stringQuotes: "'",
  isMysql: false,
  hasNestedComments: false,
  word: /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y,
  parameter: /\?\d*|[:@$][A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y,
  symbol: /\|\||->>|->|<>|<<|>>|<=|>=|==|!=|[-+*/%&|~<>=(),.;]/y,
  foldsUnquoted: false,
  fold: lowerAscii,
  placeholder: () => '?',
}

/** An operator is a run of these characters, in which `--` and a comment's opening cannot stand. */
const POSTGRES_SYMBOL = /(?:(?!--|\/\*)[-+*/<>=~!@#%^&|`?])+|::|:=|[(),.;:[\]]/y

const POSTGRES: Dialect = {
  engine: 'postgres',
  quotes: { "'": "'", '"': '"' },
  hasDollarQuotes: true,
  stringQuotes: "'",
  isMysql: false,
  hasNestedComments: true,
  word: /[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y,
  parameter: /\$\d+/y,
  symbol: POSTGRES_SYMBOL,
  foldsUnquoted: true,
  fold: (name) => name,
  placeholder: (n) => `$${n}`,
}

const MYSQL: Dialect = {
  engine: 'mysql',
  quotes: { "'": "'", '"': '"', '`': '`' },
  hasDollarQuotes: false,
  stringQuotes: `'"`,
  isMysql: true,
  hasNestedComments: false,
  word: /[A-Za-z_$\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*/y,
  parameter: /\?/y,
  symbol: /<=>|->>|->|:=|\|\||&&|<>|<<|>>|<=|>=|!=|[-+*/%&|~^!<>=(),.;:@]/y,
  foldsUnquoted: false,
  fold: lowerAscii,
  placeholder: () => '?',
}

export function dialectOf(engine: Engine): Dialect {
  switch (engine) {
    case 'sqlite':
      return SQLITE
    case 'postgres':
      return POSTGRES
    case 'mysql':
      return MYSQL
    default:
      throw new TypeError(`unknown engine: ${engine satisfies never}`)
  }
}
