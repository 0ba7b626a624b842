// Reads a page and checks that the answer is the one that was asked for.
import type { PageRequest, SourceSnapshot } from '../port/source.ts'
import { pageColumns } from '../port/source.ts'
import type { RowTags } from '../structure/row-tag.ts'
import type { Cell, Row } from '../vocabulary/cell.ts'
import { sameCell } from '../vocabulary/cell.ts'
import type { PackedRows } from '../vocabulary/packed-rows.ts'
import { packedCells, unpackRow, unpackRows } from '../vocabulary/packed-rows.ts'
import type { ExportErrorCode } from '../vocabulary/errors.ts'
import { ExportError } from '../vocabulary/errors.ts'
import { tableText } from '../vocabulary/table-ref.ts'
import type { ValueKind } from '../vocabulary/value-kind.ts'
import { isKeyCell } from '../vocabulary/value-kind.ts'

export interface PageCheck {
  /** Number of the page, for messages. */
  readonly batch: number
  /** Kinds of the key's columns. They are the first columns of the request. */
  readonly keyKinds: readonly ValueKind[]
  /** Whether the rows were asked for by their key as stored, so that each answer must repeat it. */
  readonly byStoredKey: boolean
  /** Whether several rows may answer one value: the address is not unique. */
  readonly allowRepeats: boolean
  /** Names the row of a key, for messages. */
  readonly tags?: RowTags | undefined
  /** Whether a key came with an earlier page. */
  readonly wasDelivered?: ((row: readonly Cell[], offset: number) => boolean) | undefined
}

/** Which of several faults a wrong answer is told by its code: see docs/semantics.md, V-1 to V-9. */
class PageFault {
  readonly #request: PageRequest
  readonly #batch: number
  readonly #tags: RowTags | undefined

  constructor(request: PageRequest, { batch, byStoredKey, tags }: PageCheck) {
    this.#request = request
    this.#batch = batch
    this.#tags = byStoredKey ? tags : undefined
  }

  raise(code: ExportErrorCode, what: string, ordinal?: number): never {
    const { table, values } = this.#request
    const key = ordinal === undefined ? undefined : values[ordinal]
    const tag = key === undefined ? undefined : this.#tags?.of(table, key)
    const at = ordinal === undefined ? '' : `, ordinal ${ordinal}${tag === undefined ? '' : ` (row ${tag})`}`
    throw new ExportError(code, `${tableText(table)}, page ${this.#batch}${at}: ${what}`, {
      table,
      batch: this.#batch,
      rows: tag === undefined ? [] : [tag],
      remedy: 'The source or its driver gave a wrong answer; nothing of this batch was written.',
    })
  }
}

/**
 * Reads one page. Rows go to `onRows` in the order asked for, with their ordinal (a `bigint`) first, as soon as they are checked.
 * @param onPacked - takes packed rows as they are. Default: they go to `onRows` as cells.
 * @returns the ordinals that never arrived.
 */
export async function readCheckedPage(
  snapshot: Pick<SourceSnapshot, 'readPage'>,
  request: PageRequest,
  check: PageCheck,
  onRows: (rows: readonly Row[]) => void | Promise<void>,
  onPacked?: (packed: PackedRows) => void | Promise<void>,
): Promise<number[]> {
  const fault = new PageFault(request, check)
  const names = pageColumns(request)
  const checkRow = rowCheck(request, check, names.length, fault)
  let hasEnded = false
  let checked: readonly string[] | undefined
  for await (const chunk of snapshot.readPage(request)) {
    if (hasEnded) fault.raise('ERR_EXPORT_CONNECTION', 'rows came after the end of the result')
    if (chunk.columns !== checked) {
      if (chunk.columns.length !== names.length || chunk.columns.some((name, i) => name !== names[i]))
        fault.raise('ERR_EXPORT_COLUMNS', 'the columns of the result are not those of the plan')
      checked = chunk.columns
    }
    const { packed } = chunk
    if (packed !== undefined) checkRow.acceptPacked(packed)
    const rows = packed === undefined || onPacked !== undefined ? chunk.rows : unpackRows(packed)
    if (packed === undefined) checkRow.acceptAll(rows)
    hasEnded = chunk.isLast
    if (packed !== undefined && onPacked !== undefined) await onPacked(packed)
    if (rows.length > 0) await onRows(rows)
  }
  if (!hasEnded) fault.raise('ERR_EXPORT_CONNECTION', 'the result broke off')
  return checkRow.missing()
}

interface RowCheck {
  acceptAll(rows: readonly Row[]): void
  acceptPacked(packed: PackedRows): void
  missing(): number[]
}

/** hot: benchmarks/sql-export/read-validate */
function rowCheck(request: PageRequest, check: PageCheck, width: number, fault: PageFault): RowCheck {
  const { keyKinds, byStoredKey, allowRepeats } = check
  const count = request.numbers === undefined ? request.values.length : request.numbers.length / keyKinds.length
  const seen = new Uint8Array(count)
  let last = -1
  /** Where the values are there as numbers, those as cells are made when they are needed. */
  let values = request.numbers === undefined ? request.values : undefined
  const cellsOf = (ordinal: number): readonly Cell[] => (values ??= request.values)[ordinal] ?? []
  /**
   * Takes the rows that come next, each with the key that was asked for, of the class that was asked for.
   * @returns the number of the first row that is another.
   */
  const acceptNext = (rows: readonly Row[], from: number): number => {
    const asked = (values ??= request.values)
    const components = keyKinds.length
    for (let at = from; at < rows.length; at++) {
      const row = rows[at] as Row
      const first = row[0]
      const ordinal = typeof first === 'number' ? first : typeof first === 'bigint' ? Number(first) : -1
      if (ordinal !== last + 1 || ordinal >= count || row.length !== width) return at
      const key = asked[ordinal] as readonly Cell[]
      for (let i = 0; i < components; i++) {
        const cell = row[i + 1]
        if (cell !== key[i] || (typeof cell !== 'bigint' && typeof cell !== 'string')) return at
      }
      seen[ordinal] = 1
      last = ordinal
    }
    return rows.length
  }
  const acceptAll = (rows: readonly Row[]): void => {
    for (let at = 0; at < rows.length; at++) {
      if (byStoredKey) at = acceptNext(rows, at)
      if (at < rows.length) accept(rows[at] ?? [])
    }
  }
  const accept = (row: Row): void => {
    if (row.length !== width) fault.raise('ERR_EXPORT_COLUMNS', 'a row has another number of columns than the result')
    const ordinal = Number(row[0])
    if (!(ordinal >= 0 && ordinal < count && Number.isInteger(ordinal)) || row[0] === null || row[0] === '')
      fault.raise('ERR_EXPORT_ROW_UNREQUESTED', 'a row answers to nothing that was asked for')
    if (seen[ordinal] === 1 && !allowRepeats) fault.raise('ERR_EXPORT_ROW_DUPLICATE', 'a row came twice', ordinal)
    if (ordinal < last) fault.raise('ERR_EXPORT_ROW_ORDER', 'rows are out of order', ordinal)
    for (let i = 0; i < keyKinds.length; i++) {
      const cell = row[i + 1] ?? null
      if (!isKeyCell(keyKinds[i] ?? 'any', cell))
        fault.raise('ERR_EXPORT_KEY_TYPE', `key column "${request.columns[i]}" holds NULL or a value of another kind`, ordinal)
      if (byStoredKey && !sameCell(cell, cellsOf(ordinal)[i] ?? null)) wrongKey(row, ordinal)
    }
    seen[ordinal] = 1
    last = ordinal
  }
  /** Whether row `i` is the one that comes next, with the key that was asked for. */
  const isNextPacked = ({ numbers, width: cells }: PackedRows, i: number, wanted: Float64Array): boolean => {
    const base = i * cells
    if (numbers[base] !== last + 1 || last + 1 >= count) return false
    const from = (last + 1) * keyKinds.length
    for (let j = 0; j < keyKinds.length; j++) if (numbers[base + 1 + j] !== wanted[from + j]) return false
    return true
  }
  const acceptPacked = (packed: PackedRows): void => {
    const wanted = byStoredKey && packedCells(packed) === width ? request.numbers : undefined
    for (let i = 0; i < packed.count; i++) {
      if (wanted !== undefined && isNextPacked(packed, i, wanted)) seen[++last] = 1
      else accept(unpackRow(packed, i))
    }
  }
  const wrongKey = (row: Row, ordinal: number): never => {
    const isRepeated =
      check.wasDelivered?.(row, 1) === true ||
      request.values.some((key, i) => seen[i] === 1 && key.every((cell, j) => sameCell(cell, row[j + 1] ?? null)))
    return isRepeated
      ? fault.raise('ERR_EXPORT_ROW_DUPLICATE', 'a row came twice', ordinal)
      : fault.raise('ERR_EXPORT_ROW_UNREQUESTED', 'a row has another key than the one asked for', ordinal)
  }
  const missing = (): number[] => {
    const ordinals: number[] = []
    for (let i = 0; i < seen.length; i++) if (seen[i] === 0) ordinals.push(i)
    return ordinals
  }
  return { acceptAll, acceptPacked, missing }
}
