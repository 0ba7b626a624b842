// The name of a table: schema and name apart, never one text with a dot.
export interface TableRef {
  readonly schema: string | null
  readonly name: string
}

/** A text that is equal for equal references and different for different ones; for maps, not for people. */
export function tableId(ref: TableRef): string {
  return ref.schema === null ? JSON.stringify(ref.name) : `${JSON.stringify(ref.schema)}.${JSON.stringify(ref.name)}`
}

/** The reference for people. */
export function tableText(ref: TableRef): string {
  return ref.schema === null ? ref.name : `${ref.schema}.${ref.name}`
}

/** Whether both name the same table. */
export function sameTable(a: TableRef, b: TableRef): boolean {
  return a.name === b.name && a.schema === b.schema
}

/** Compares by code unit, so that no locale has a say. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A column of a table. */
export interface ColumnRef {
  readonly table: TableRef
  readonly column: string
}
