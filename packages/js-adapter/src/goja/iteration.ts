// The iteration protocol on guest objects, from the host's side.
import { GuestObject } from './guest-object.ts'
import type { GuestValue } from './guest-object.ts'
import type { GuestOp } from './guest/source.ts'

interface Iterating {
  operate(op: GuestOp, ...args: readonly unknown[]): GuestValue
  expectObject(value: GuestValue): GuestObject
}

export function isIterable(value: GuestObject): boolean {
  return value.get(Symbol.iterator) instanceof GuestObject
}

/** Iterates a guest iterable; `false` from `step`, or an error of it, stops it and calls its `return`. */
export function iterate(bridge: Iterating, iterable: GuestValue, step: (value: GuestValue) => boolean): void {
  const iterator = bridge.expectObject(bridge.operate('openIterator', iterable))
  try {
    while (bridge.operate('stepIterator', iterator) === true) {
      let more = false
      try {
        more = step(iterator.get('value'))
      } finally {
        if (!more) bridge.operate('closeIterator', iterator)
      }
      if (!more) return
    }
  } finally {
    iterator.release()
  }
}
