// The keys of an array that the console shows beside its items.
import type { Marshal } from './marshal.ts'

/** Enumerable own names that are no index, as an owned text; the symbols are pushed before. 0: the guest has to list them itself. */
export function keysBesideItems(marshal: Marshal, array: number): number {
  const keys = marshal.reader?.keysBesideItems(array)
  if (keys === undefined) return 0
  for (const address of keys.symbols) marshal.pushSymbol(address)
  return marshal.newText(keys.names.length === 0 ? '' : JSON.stringify(keys.names))
}
