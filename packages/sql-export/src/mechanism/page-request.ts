// What a page asks for, by the indexes of its keys.
import type { PageRequest } from '../port/source.ts'
import { IntegerKeyStore } from '../structure/integer-key-store.ts'
import type { KeyStore } from '../structure/key-store.ts'
import type { Cell } from '../vocabulary/cell.ts'

/** @param takesPacked - whether rows may come packed. Keys as cells are then made when something asks for them. */
export function pageRequest(
  asked: Omit<PageRequest, 'values' | 'numbers'>,
  store: KeyStore,
  indexes: Int32Array | readonly number[],
  takesPacked: boolean,
): PageRequest {
  const cells = (): Cell[][] => Array.from(indexes, (index) => store.keyAt(index))
  const numbers = takesPacked && store instanceof IntegerKeyStore ? store.numbersAt(indexes) : undefined
  if (numbers === undefined) return { ...asked, values: cells() }
  let values: Cell[][] | undefined
  return {
    ...asked,
    numbers,
    get values() {
      return (values ??= cells())
    },
  }
}
