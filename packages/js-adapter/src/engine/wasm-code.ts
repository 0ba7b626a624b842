// Walking the instructions of a WebAssembly function: those that the stock builds are made of, and no others.
import { readLeb } from './wasm-sections.ts'

export const OP = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  brTable: 0x0e,
  call: 0x10,
  callIndirect: 0x11,
  localGet: 0x20,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Const: 0x41,
  i32LtS: 0x48,
  i32Sub: 0x6b,
  i32ShrU: 0x76,
  /** Begins saturating conversions and operations on whole stretches of memory. */
  wide: 0xfc,
} as const
/** The second byte after `wide`. */
export const WIDE = { memoryCopy: 10, memoryFill: 11 } as const
/** A block that takes and leaves nothing. */
export const EMPTY_BLOCK = 0x40

const LAST_CONVERSION = 7

function skipLeb(bytes: Uint8Array, at: number): number {
  let next = at
  while (((bytes[next] ?? 0) & 0x80) !== 0) next++
  return next + 1
}

/**
 * The byte after the instruction at `at`.
 * @throws RangeError for an instruction that is not known here: what follows could not be told apart.
 */
export function nextInstruction(bytes: Uint8Array, at: number): number {
  const opcode = bytes[at] ?? 0
  const next = at + 1
  // Variables and constants are most of what there is.
  if (opcode >= OP.localGet && opcode <= OP.globalSet) return skipLeb(bytes, next)
  if (opcode >= 0x28 && opcode <= 0x3e) return skipLeb(bytes, skipLeb(bytes, next)) // loads and stores
  if (opcode >= 0x45 && opcode <= 0xc4) return next // arithmetic
  switch (opcode) {
    case 0x00: // unreachable
    case 0x01: // nop
    case 0x05: // else
    case OP.end:
    case 0x0f: // return
    case 0x1a: // drop
    case 0x1b: // select
      return next
    case OP.block:
    case OP.loop:
    case OP.if:
    case 0x0c: // br
    case 0x0d: // br_if
    case OP.call:
    case OP.i32Const:
    case 0x42: // i64.const
      return skipLeb(bytes, next)
    case OP.brTable: {
      const targets = readLeb(bytes, next)
      let past = targets.next
      for (let target = 0; target <= targets.value; target++) past = skipLeb(bytes, past)
      return past
    }
    case OP.callIndirect:
      return skipLeb(bytes, skipLeb(bytes, next))
    case 0x3f: // memory.size
    case 0x40: // memory.grow
      return next + 1
    case 0x43: // f32.const
      return next + 4
    case 0x44: // f64.const
      return next + 8
    case OP.wide: {
      const kind = bytes[next] ?? 0
      if (kind <= LAST_CONVERSION) return next + 1
      if (kind === WIDE.memoryCopy) return next + 3
      if (kind === WIDE.memoryFill) return next + 2
      break
    }
    default:
  }
  throw new RangeError(`the WebAssembly module has an instruction that is not known here: ${opcode} at ${at}`)
}
