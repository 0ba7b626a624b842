// What a template says: its fields, tables, joins and conditions, with their places in its text.
import type { Token } from './lexer.ts'

export interface TemplateName {
  readonly text: string
  readonly start: number
}

export interface TemplateColumn {
  readonly alias: TemplateName | null
  readonly column: TemplateName
}

export interface TemplateField extends TemplateColumn {
  readonly as: TemplateName | null
}

export interface TemplateEquality {
  readonly left: TemplateColumn
  readonly right: TemplateColumn
  readonly start: number
}

export interface TemplateSource {
  readonly parts: readonly TemplateName[]
  readonly alias: TemplateName
  /** Equalities of its ON; empty for the first source. */
  readonly equalities: readonly TemplateEquality[]
  /** The text of the join, with its ON; `null` for the first source. */
  readonly join: (Slice & { readonly isLeft: boolean }) | null
}

export interface Slice {
  readonly start: number
  readonly end: number
}

export interface Template {
  readonly text: string
  readonly fields: readonly TemplateField[]
  readonly sources: readonly TemplateSource[]
  /** Text after FROM. */
  readonly from: Slice
  /** Text after WHERE. */
  readonly where: Slice | null
  readonly order: readonly TemplateColumn[]
  /** Parameters in FROM and WHERE, in order. */
  readonly parameters: readonly Token[]
  readonly tokens: readonly Token[]
}
