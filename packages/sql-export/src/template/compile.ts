// From a template's structure and a catalog to roots and edges.
import type { Catalog, CatalogTable } from '../structure/catalog.ts'
import type { ConfigParam } from '../structure/config.ts'
import type { PlanParam } from '../structure/plan.ts'
import { toParam } from '../structure/config.ts'
import type { TableRef } from '../vocabulary/table-ref.ts'
import { sameTable, tableText } from '../vocabulary/table-ref.ts'
import { didYouMean } from '../vocabulary/nearest.ts'
import type { Dialect } from './dialect.ts'
import { dialectOf } from './dialect.ts'
import { shiftParameters, templateError, tokenize } from './lexer.ts'
import { parseTemplate } from './parser.ts'
import { prunableJoins } from './prune.ts'
import type { Slice, Template, TemplateColumn, TemplateName, TemplateSource } from './template.ts'

export interface TemplateFilter {
  readonly alias: string
  readonly where: string
  readonly params: readonly ConfigParam[]
}

export interface TemplateEdge {
  readonly child: TableRef
  readonly childColumns: readonly string[]
  readonly parent: TableRef
  readonly parentColumns: readonly string[]
}

export interface CompiledRoot {
  readonly table: TableRef
  readonly sql: string
  readonly params: readonly PlanParam[]
}

export interface CompiledTemplate {
  readonly roots: readonly CompiledRoot[]
  readonly edges: readonly TemplateEdge[]
  readonly tables: readonly TableRef[]
  readonly notes: readonly string[]
}

/** Values for a template's parameters: a list for `?` and `?N`, an object for `:a`, `@a` and `$a`. */
export type TemplateParams = readonly ConfigParam[] | Readonly<Record<string, ConfigParam>>

interface Bound {
  readonly source: TemplateSource
  readonly table: CatalogTable
}

type Code = Parameters<typeof templateError>[0]

/** Compiles a template. @throws ExportError `ERR_TEMPLATE_*` with the place. */
export function compileTemplate(
  text: string,
  catalog: Catalog,
  params: TemplateParams,
  filters: readonly TemplateFilter[],
  quoteName: (name: string) => string,
  dialect: Dialect = dialectOf('sqlite'),
): CompiledTemplate {
  return new TemplateCompiler(parseTemplate(text, dialect), catalog, quoteName, dialect).compile(params, filters)
}

class TemplateCompiler {
  readonly #template: Template
  readonly #catalog: Catalog
  readonly #quoteName: (name: string) => string
  readonly #dialect: Dialect
  readonly #bound = new Map<string, Bound>()
  readonly #notes: string[] = []

  constructor(template: Template, catalog: Catalog, quoteName: (name: string) => string, dialect: Dialect) {
    this.#dialect = dialect
    this.#template = template
    this.#catalog = catalog
    this.#quoteName = quoteName
  }

  compile(params: TemplateParams, filters: readonly TemplateFilter[]): CompiledTemplate {
    const edges: TemplateEdge[] = []
    for (const source of this.#template.sources) {
      const id = this.#dialect.fold(source.alias.text)
      if (this.#bound.has(id)) throw this.#fail('ERR_TEMPLATE_ALIAS', source.alias, 'an alias that is used twice')
      const table = this.#table(source)
      const isFirst = this.#bound.size === 0
      const earlier = new Map(this.#bound)
      this.#bound.set(id, { source, table })
      if (!isFirst) edges.push(...this.#joinEdges(source, table, earlier))
    }
    this.#checkReferences(edges)
    this.#checkFields()
    this.#checkOrder()
    const values = this.#values(params)
    for (const { alias } of filters)
      if (!this.#bound.has(this.#dialect.fold(alias)))
        throw templateError('ERR_TEMPLATE_FIELD', this.#template.text, 0, `filters: the template has no alias "${alias}"`)
    const roots = [...this.#bound.values()].map((bound) => this.#root(bound, values, filters))
    return { roots, edges, tables: [...this.#bound.values()].map(({ table }) => table.ref), notes: this.#notes }
  }

  #table({ parts }: TemplateSource): CatalogTable {
    const last = parts.at(-1)
    const schema = parts.length === 2 ? parts[0] : undefined
    if (last === undefined) throw new TypeError('a source without a name')
    const isDefault = schema === undefined || this.#dialect.fold(schema.text) === this.#catalog.defaultSchema
    if (!isDefault && !this.#catalog.tables.some(({ ref }) => ref.schema === schema.text))
      throw this.#fail('ERR_TEMPLATE_NAME', schema, 'an unknown schema')
    const found = this.#catalog.tables.find(
      ({ ref }) =>
        this.#dialect.fold(ref.name) === this.#dialect.fold(last.text) && ref.schema === (isDefault ? null : schema.text),
    )
    if (found !== undefined) return found
    if (this.#catalog.views.some((view) => this.#dialect.fold(view) === this.#dialect.fold(last.text)))
      throw this.#fail('ERR_TEMPLATE_SOURCE', last, 'a view', 'Name the tables that it reads.')
    throw this.#fail(
      'ERR_TEMPLATE_NAME',
      last,
      `an unknown table${didYouMean(
        last.text,
        this.#catalog.tables.map(({ ref }) => ref.name),
      )}`,
    )
  }

  #column(table: CatalogTable, name: TemplateName): string {
    const found = table.columns.find((column) => this.#dialect.fold(column.name) === this.#dialect.fold(name.text))
    if (found !== undefined) return found.name
    throw this.#fail(
      'ERR_TEMPLATE_NAME',
      name,
      `"${tableText(table.ref)}" has no such column${didYouMean(
        name.text,
        table.columns.map((column) => column.name),
      )}`,
    )
  }

  /** Equalities by the earlier alias they name; each group is an edge. */
  #joinEdges(source: TemplateSource, table: CatalogTable, earlier: ReadonlyMap<string, Bound>): TemplateEdge[] {
    const groups = new Map<string, { readonly other: CatalogTable; readonly own: string[]; readonly others: string[] }>()
    for (const { left, right, start } of source.equalities) {
      const at = { text: '', start }
      const [a, b] = [this.#dialect.fold(left.alias?.text ?? ''), this.#dialect.fold(right.alias?.text ?? '')]
      if (a === b) throw this.#fail('ERR_TEMPLATE_JOIN', at, 'one alias on both sides')
      const own = this.#dialect.fold(source.alias.text)
      if (a !== own && b !== own) throw this.#fail('ERR_TEMPLATE_JOIN', at, 'neither side is the alias that is joined')
      const [mine, theirs] = a === own ? [left, right] : [right, left]
      const other = earlier.get(this.#dialect.fold(theirs.alias?.text ?? ''))?.table
      if (other === undefined) throw this.#fail('ERR_TEMPLATE_JOIN', at, 'an alias that is not known yet')
      const id = this.#dialect.fold(theirs.alias?.text ?? '')
      const group = groups.get(id) ?? { other, own: [], others: [] }
      group.own.push(this.#column(table, mine.column))
      group.others.push(this.#column(other, theirs.column))
      groups.set(id, group)
    }
    return [...groups.values()].map(({ other, own, others }) => this.#edge(source, table, own, other, others))
  }

  #edge(
    source: TemplateSource,
    table: CatalogTable,
    own: readonly string[],
    other: CatalogTable,
    others: readonly string[],
  ): TemplateEdge {
    const toParent = { child: other.ref, childColumns: others, parent: table.ref, parentColumns: own }
    const toChild = { child: table.ref, childColumns: own, parent: other.ref, parentColumns: others }
    for (const edge of [toParent, toChild]) if (this.#isDeclared(edge)) return edge
    const ownIsKey = sameNames(own, table.key)
    const otherIsKey = sameNames(others, other.key)
    if (ownIsKey === otherIsKey)
      throw this.#fail(
        'ERR_TEMPLATE_REFERENCE',
        source.equalities[0]?.left.alias ?? source.alias,
        ownIsKey
          ? 'both sides are keys, and no declared reference says which refers'
          : 'neither side is the key of its table, and no reference is declared',
      )
    return ownIsKey ? toParent : toChild
  }

  #isDeclared(edge: TemplateEdge): boolean {
    const child = this.#catalog.tables.find(({ ref }) => sameTable(ref, edge.child))
    return (
      child?.edges.some(
        (declared) => sameTable(declared.parent, edge.parent) && samePairs(declared.columns, declared.parentColumns, edge),
      ) === true
    )
  }

  #checkReferences(edges: readonly TemplateEdge[]): void {
    const seen = new Map<string, TemplateEdge>()
    for (const edge of edges) {
      for (const column of edge.childColumns) {
        const id = `${tableText(edge.child)}\0${column}`
        const other = seen.get(id)
        if (other !== undefined && !sameTable(other.parent, edge.parent) && !(this.#isDeclared(edge) && this.#isDeclared(other)))
          throw templateError(
            'ERR_TEMPLATE_REFERENCE',
            this.#template.text,
            this.#template.from.start,
            `"${tableText(edge.child)}.${column}" refers to two tables`,
          )
        seen.set(id, edge)
      }
    }
  }

  #checkFields(): void {
    const chosen = new Map<string, Set<string>>()
    const isSingle = this.#bound.size === 1
    for (const field of this.#template.fields) {
      const { bound, id } = this.#resolve(field, 'ERR_TEMPLATE_FIELD')
      const column = this.#column(bound.table, field.column)
      const isAlias = field.as !== null && this.#dialect.fold(field.as.text) === id
      if (field.as !== null && !isAlias && !isSingle)
        throw this.#fail('ERR_TEMPLATE_FIELD', field.as, 'the name after AS is not the alias')
      if (field.as !== null && !isAlias) this.#notes.push(`the template's name "${field.as.text}" has no meaning`)
      if (!bound.table.key.includes(column))
        throw this.#fail('ERR_TEMPLATE_KEY', field.column, `the field is not part of the key (${bound.table.key.join(', ')})`)
      const columns = chosen.get(id) ?? new Set()
      if (columns.has(column)) throw this.#fail('ERR_TEMPLATE_FIELD', field.column, 'a field that is there twice')
      chosen.set(id, columns.add(column))
    }
    for (const [id, { source, table }] of this.#bound) {
      const lacking = table.key.filter((name) => chosen.get(id)?.has(name) !== true)
      if (lacking.length > 0)
        throw this.#fail(
          'ERR_TEMPLATE_FIELD',
          source.alias,
          `the alias lacks the key column ${lacking.join(', ')} among the fields`,
        )
    }
  }

  #checkOrder(): void {
    const seen = new Set<string>()
    for (const item of this.#template.order) {
      const { bound, id } = this.#resolve(item, 'ERR_TEMPLATE_ORDER')
      const column = bound.table.columns.find(
        ({ name }) => this.#dialect.fold(name) === this.#dialect.fold(item.column.text),
      )?.name
      if (column === undefined || !bound.table.key.includes(column))
        throw this.#fail('ERR_TEMPLATE_ORDER', item.column, 'the order is not by a key column')
      if (seen.has(`${id}.${column}`)) throw this.#fail('ERR_TEMPLATE_ORDER', item.column, 'an order that is there twice')
      seen.add(`${id}.${column}`)
    }
  }

  #resolve({ alias, column }: TemplateColumn, code: Code): { readonly bound: Bound; readonly id: string } {
    const [only] = this.#bound
    if (alias === null) {
      if (this.#bound.size === 1 && only !== undefined && code === 'ERR_TEMPLATE_FIELD') return { bound: only[1], id: only[0] }
      throw this.#fail(code, column, 'a column without its alias')
    }
    const bound = this.#bound.get(this.#dialect.fold(alias.text))
    if (bound === undefined) throw this.#fail(code, alias, `an unknown alias${didYouMean(alias.text, this.#bound.keys())}`)
    return { bound, id: this.#dialect.fold(alias.text) }
  }

  /** The value of each parameter, in the order in which they stand. */
  #values(params: TemplateParams): PlanParam[] {
    const { parameters, text } = this.#template
    const styles = new Set(parameters.map(({ text: name }) => (name === '?' ? '?' : /^[?$]\d/.test(name) ? '?N' : 'name')))
    const fail = (what: string, at = 0): Error => templateError('ERR_TEMPLATE_PARAM', text, parameters[at]?.start ?? 0, what)
    if (styles.size > 1)
      throw fail(
        'parameters of different styles',
        parameters.findIndex((token) => token.text !== parameters[0]?.text),
      )
    const isNamed = styles.has('name')
    if (isNamed && Array.isArray(params)) throw fail('named parameters need an object of values')
    if (!isNamed && !Array.isArray(params)) throw fail('numbered parameters need a list of values')
    const wanted = parameters.map(({ text: name }, i) =>
      name === '?' ? String(i) : /^[?$]\d/.test(name) ? String(Number(name.slice(1)) - 1) : name.slice(1),
    )
    const given = Object.entries(params)
    wanted.forEach((name, i) => {
      if (!given.some(([key]) => key === name)) throw fail('a parameter without a value', i)
    })
    const surplus = given.filter(([key]) => !wanted.includes(key))
    if (surplus.length > 0) throw fail(`${surplus.length} values that no parameter takes`)
    return wanted.map((name, i) => {
      try {
        return toParam(given.find(([key]) => key === name)?.[1], 'params')
      } catch {
        throw fail('a value of a type that cannot be bound', i)
      }
    })
  }

  #root({ source, table }: Bound, values: readonly PlanParam[], filters: readonly TemplateFilter[]): CompiledRoot {
    const { from, where } = this.#template
    const alias = this.#quoteName(source.alias.text)
    const keys = table.key.map((name) => `${alias}.${this.#quoteName(name)}`)
    const shifts = filters.map((_, i) => filters.slice(0, i).reduce((sum, { params }) => sum + params.length, values.length))
    const conditions = [
      ...(where === null ? [] : [this.#verbatim(where.start, where.end)]),
      ...keys.map((key) => `${key} IS NOT NULL`),
      ...filters.map((filter, i) => shiftParameters(filter.where, this.#dialect, shifts[i] ?? 0)),
    ]
    const list = keys.map((key, i) => `${key} AS ${this.#quoteName(table.key[i] ?? '')}`).join(', ')
    const asked = filters.flatMap((filter) => [
      ...tokenize(filter.where, this.#dialect),
      ...tokenize(filter.alias, this.#dialect),
    ])
    const left = prunableJoins(this.#template, source, [...this.#bound.values()], asked, this.#dialect)
    const sql = `SELECT DISTINCT ${list} FROM ${this.#without(from, left)}\nWHERE ${conditions.map((condition) => `(${condition}\n)`).join(' AND ')} ORDER BY ${keys.join(', ')}`
    const added = filters.flatMap(({ params }, i) => params.map((value, at) => toParam(value, `filters[${i}].params[${at}]`)))
    return { table: table.ref, sql, params: [...values, ...added] }
  }

  #without({ start, end }: Slice, left: readonly Slice[]): string {
    const ends = [start, ...left.map((slice) => slice.end)]
    return ends.map((at, i) => this.#verbatim(at, left[i]?.start ?? end)).join('')
  }

  /** The text as it is, but for the names of parameters: each occurrence is numbered by its place. */
  #verbatim(start: number, end: number): string {
    const { text, parameters } = this.#template
    let result = ''
    let at = start
    parameters.forEach((token, i) => {
      if (token.start < start || token.end > end) return
      result += `${text.slice(at, token.start)}${this.#dialect.placeholder(i + 1)}`
      at = token.end
    })
    return result + text.slice(at, end)
  }

  #fail(code: Code, { start }: TemplateName, what: string, remedy?: string): Error {
    return templateError(code, this.#template.text, start, what, remedy)
  }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && new Set(a).size === a.length && a.every((name) => b.includes(name))
}

function samePairs(columns: readonly string[], parentColumns: readonly string[], edge: TemplateEdge): boolean {
  return (
    columns.length === edge.childColumns.length &&
    columns.every((name, i) => edge.parentColumns[edge.childColumns.indexOf(name)] === parentColumns[i])
  )
}
