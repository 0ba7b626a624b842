// A masked value that is at the destination already: told apart from other keys that would be there twice.
import type { RowWriter } from '../port/destination.ts'
import type { CatalogTable } from '../structure/catalog.ts'
import type { PlanTable } from '../structure/plan.ts'
import { isDuplicateError } from '../vocabulary/cleaned-error.ts'
import { ExportError, isExportError } from '../vocabulary/errors.ts'
import { tableText } from '../vocabulary/table-ref.ts'

/**
 * The writer, whose refusals of a key that is there twice are `ERR_EXPORT_MASK_COLLISION` where a mask made the key. A server says
 * which key it was by the name of a constraint at most: where keys without masks could be meant as well, the name decides.
 */
export function tellingCollisions(writer: RowWriter, table: PlanTable, there: CatalogTable | undefined): RowWriter {
  const isMasked = (name: string): boolean => {
    const column = table.columns.find((candidate) => candidate.name === name)
    return column !== undefined && column.omit === null && column.transform !== null
  }
  const keys = there?.uniqueKeys ?? []
  const masked = keys.filter((key) => key.some(isMasked))
  if (masked.length === 0) return writer
  const isFresh = (key: readonly string[]): boolean => table.keys === 'remap' && key.join('\0') === table.key.join('\0')
  const isSure = keys.every((key) => masked.includes(key) || isFresh(key))
  const guard = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw told(error)
    }
  }
  const told = (error: unknown): unknown => {
    if (!isExportError(error, 'ERR_EXPORT_WRITE') || !isDuplicateError(error.cause)) return error
    const { message } = error.cause
    const meant = masked.filter((key) => isSure || key.every((name) => message.includes(name)))
    if (meant.length === 0) return error
    const columns = meant.map((key) => `(${key.join(', ')})`).join(' or ')
    return new ExportError(
      'ERR_EXPORT_MASK_COLLISION',
      `${tableText(table.id)}: a masked value of ${columns} would be there twice: two values have one mask, or it is there already`,
      {
        table: table.id,
        step: error.step ?? 'load',
        batch: error.batch,
        sentAt: error.sentAt,
        cause: error.cause,
        remedy:
          'Use hmac, email or digits for unique columns, or empty the table if an earlier run with this mask key filled it.',
      },
    )
  }
  // without `writePacked`: a masked column is read
  const guarded: RowWriter = {
    write: (rows, positions) => guard(() => writer.write(rows, positions)),
    flush: () => guard(() => writer.flush()),
    close: () => writer.close(),
  }
  if (writer.push !== undefined) guarded.push = () => guard(async () => writer.push?.())
  return guarded
}
