// Rows as transformers see them, and what they give back.
import type { RowTransformer, TypedRow } from '../port/transformer.ts'
import type { PlanColumn, PlanTable } from '../structure/plan.ts'
import type { Row } from '../vocabulary/cell.ts'
import { ExportError, configError, isExportError } from '../vocabulary/errors.ts'
import { didYouMean } from '../vocabulary/nearest.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { Engine } from '../vocabulary/value-kind.ts'
import { ownMember } from '../vocabulary/own-member.ts'
import { typedColumn } from './typed-value.ts'

type Fail = (what: string, cause?: unknown) => ExportError

export interface TransformStep {
  /** Changes the rows in place. @returns those that stay. */
  apply(rows: readonly Row[]): Promise<readonly Row[]>
}

export interface TransformStepOptions {
  /** Of the source, whose types the columns have. */
  readonly engine: Engine
  readonly transformRows: number
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  /** Columns that a transformer may not write: keys and references. */
  readonly fixed: ReadonlySet<string>
  /** Whether rows may be dropped: nothing refers to the table. */
  readonly canDrop: boolean
  readonly onDropped: (rows: number) => void
  /** Names rows in messages. */
  readonly nameRows: (rows: readonly Row[]) => readonly string[]
}

/** Finds the members of `tables` of a transformer that are names of tables. @throws ExportError `ERR_EXPORT_CONFIG` */
export function checkTransformer({ tables, identity }: RowTransformer, known: readonly PlanTable[]): void {
  if (identity === '') throw configError('a transformer needs an identity')
  const names = known.map(({ id }) => tableText(id))
  for (const name of Object.keys(tables))
    if (!names.includes(name))
      throw configError(`transformer ${identity}: table "${name}" is not in the plan${didYouMean(name, names)}`)
}

/** Prepares a transformer for one table; `undefined` if it does not touch it. `columns[i]` stands at `row[i + 1]`. */
export function transformStep(
  transformer: RowTransformer,
  table: PlanTable,
  columns: readonly PlanColumn[],
  options: TransformStepOptions,
): TransformStep | undefined {
  const name = tableText(table.id)
  const declared = ownMember(transformer.tables, name)
  if (declared === undefined) return undefined
  const at = (column: string): number => {
    const i = columns.findIndex((candidate) => candidate.name === column)
    if (i === -1)
      throw configError(
        `transformer ${transformer.identity}: table "${name}" has no column "${column}"${didYouMean(
          column,
          columns.map((c) => c.name),
        )}`,
      )
    return i + 1
  }
  const { parses = [] } = declared
  for (const column of parses)
    if (!declared.reads.includes(column))
      throw configError(`transformer ${transformer.identity}: "${name}.${column}" is in parses, and not in reads`)
  const typed = (column: string) => {
    const place = at(column)
    return { column, at: place, ...typedColumn(columns[place - 1] as PlanColumn, options.engine, parses.includes(column)) }
  }
  const reads = declared.reads.map(typed)
  const writes = declared.writes.map(typed)
  for (const { column } of writes)
    if (options.fixed.has(column))
      throw configError(
        `transformer ${transformer.identity}: "${name}.${column}" is a key or reference`,
        'Keys are changed by key modes and masks.',
      )
  const failFor =
    (at: readonly Row[]): Fail =>
    (what, cause) => {
      const rows = options.nameRows(at)
      const whose =
        rows.length === 1 ? `row ${rows[0]}` : `rows ${rows.join(', ')}${rows.length < at.length ? ' and others' : ''}`
      const message = `transformer ${transformer.identity}, table ${name}, ${whose}: ${what}`
      return new ExportError('ERR_EXPORT_TRANSFORM', message, { table: table.id, step: 'load', rows, cause })
    }
  const run = async (batch: readonly Row[]): Promise<Row[]> => {
    const fail = failFor(batch)
    const rows = batch.map((row) =>
      Object.fromEntries(
        reads.map(({ column, at: position, read }) => {
          try {
            return [column, read(row[position] ?? null)]
          } catch {
            throw failFor([row])(`"${column}" is to be parsed, and is no JSON`) // what the parser says quotes it
          }
        }),
      ),
    )
    const answer = await callWithin(transformer, { table: name, rows, signal: options.signal }, options, fail)
    if (!Array.isArray(answer) || answer.length !== batch.length)
      throw fail(`it gave ${Array.isArray(answer) ? answer.length : 'no'} rows for ${batch.length}`)
    const kept: Row[] = []
    batch.forEach((row, i) => {
      const changed: unknown = answer[i]
      if (changed === null) {
        if (!options.canDrop) throw failFor([row])('it dropped a row of a table that others refer to')
        return
      }
      if (typeof changed !== 'object' || changed === undefined) throw failFor([row])('it gave something that is no row')
      for (const { column, at: position, holds, write } of writes) {
        const value: unknown = ownMember(changed as Readonly<Record<string, unknown>>, column)
        if (value === undefined || (declared.reads.includes(column) && holds(row[position] ?? null, value))) continue
        const cell = write(value)
        if (cell === undefined) throw failFor([row])(`"${column}" cannot hold what it gave`)
        row[position] = cell
      }
      kept.push(row)
    })
    if (kept.length < batch.length) options.onDropped(batch.length - kept.length)
    return kept
  }
  return {
    apply: async (rows) => {
      const kept: Row[] = []
      for (let i = 0; i < rows.length; i += options.transformRows)
        kept.push(...(await run(rows.slice(i, i + options.transformRows))))
      return kept
    },
  }
}

async function callWithin(
  transformer: RowTransformer,
  batch: { readonly table: string; readonly rows: readonly TypedRow[]; readonly signal: AbortSignal | undefined },
  { timeoutMs, signal }: TransformStepOptions,
  fail: Fail,
): Promise<readonly unknown[]> {
  signal?.throwIfAborted()
  let timer: NodeJS.Timeout | undefined
  let onAbort: (() => void) | undefined
  const interrupted = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fail(`it did not answer within ${timeoutMs} ms`)), timeoutMs)
    onAbort = () => reject(signal?.reason)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([transformer.transform(batch), interrupted])
  } catch (error) {
    if (signal?.aborted === true || isExportError(error)) throw error
    throw fail('it failed', error)
  } finally {
    clearTimeout(timer)
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort)
  }
}
