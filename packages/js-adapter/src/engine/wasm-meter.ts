// Puts a meter into the engine's own code: whatever it does for long passes a point at which the host may end it.
import { EMPTY_BLOCK, nextInstruction, OP, WIDE } from './wasm-code.ts'
import { ByteWriter, leb, readLeb, readSections, replaceSections, SECTION } from './wasm-sections.ts'
import type { Section } from './wasm-sections.ts'

/** Turns of loops between two questions to the host: some microseconds. */
const CREDIT = 4096
/** Copying or filling so many bytes counts as one turn, as a power of two. */
const BYTES_A_TURN_LOG2 = 10
/** More targets than any other dispatch of the engine: the interpreter's, one for each of its instructions. */
const INTERPRETER_TARGETS = 150
/** Of the function table: what the meter asks, and one for the owner of the instance. */
const ADDED_ENTRIES = 2
const I32 = 0x7f
const FUNCTION_TYPE = 0x60
const IMPORTED = { function: 0, memory: 2, global: 3 } as const

export interface Metered {
  readonly wasm: Uint8Array<ArrayBuffer>
  /**
   * The entry of the function table that is called, `() -> ()`, when the credit is used up. The table is made longer by it and by one that is free:
   * a table that grows later takes several times the memory, in each instance.
   */
  readonly slot: number
}

/**
 * Returns a copy in which each turn of a loop and each stretch of copied or filled memory takes from a credit, and the host is asked when that is used
 * up. The loop of the interpreter's dispatch is left as it is: it asks by itself (`shouldInterrupt`) at every call and every jump, and a count
 * for each of its instructions would cost 12 % of its time.
 *
 * The credit is a global: nothing that goes wrong in the engine's memory can reach it.
 * @throws RangeError for a module of another form than the stock builds.
 */
export function meter(wasm: Uint8Array): Metered {
  const sections = readSections(wasm)
  const find = (id: number): Section => {
    const found = sections.find((section) => section.id === id)
    if (found === undefined) throw new RangeError(`the WebAssembly module has no section ${id}`)
    return found
  }
  const count = (id: number): number => readLeb(wasm, find(id).start).value
  const imports = countImports(wasm, find(SECTION.import))
  const types = count(SECTION.type)
  const credit = imports.globals + count(SECTION.global)
  const ask = imports.functions + count(SECTION.function)
  const { length: slot, content: table } = lengthenTable(wasm, find(SECTION.table))

  const take = [OP.globalGet, ...leb(credit)]
  const askWhenSpent = [...take, OP.i32Const, 0, OP.i32LtS, OP.if, EMPTY_BLOCK, OP.call, ...leb(ask), OP.end]
  const turn = [...take, OP.i32Const, 1, OP.i32Sub, OP.globalSet, ...leb(credit), ...askWhenSpent]
  const stretch = (instruction: readonly number[]): readonly number[] => [
    ...[0, ...take, OP.localGet, 2, OP.i32Const, BYTES_A_TURN_LOG2, OP.i32ShrU, OP.i32Sub, OP.globalSet, ...leb(credit)],
    ...askWhenSpent,
    ...[OP.localGet, 0, OP.localGet, 1, OP.localGet, 2, OP.wide, ...instruction, OP.end],
  ]
  // A constant is signed: what would be taken for a sign is followed by another byte.
  const refill = [OP.i32Const, ...signedLeb(CREDIT)]
  const added: readonly (readonly number[])[] = [
    [0, ...refill, OP.globalSet, ...leb(credit), OP.i32Const, ...signedLeb(slot), OP.callIndirect, ...leb(types), 0, OP.end],
    stretch([WIDE.memoryCopy, 0, 0]),
    stretch([WIDE.memoryFill, 0]),
  ]
  const calls = { turn, copy: [OP.call, ...leb(ask + 1)], fill: [OP.call, ...leb(ask + 2)] }

  const extend = (id: number, entries: number, bytes: readonly number[]): readonly [number, Uint8Array] => {
    const { start, end } = find(id)
    const { value, next } = readLeb(wasm, start)
    return [id, Uint8Array.from([...leb(value + entries), ...wasm.subarray(next, end), ...bytes])]
  }
  const contents = new Map([
    extend(SECTION.type, 2, [FUNCTION_TYPE, 0, 0, FUNCTION_TYPE, 3, I32, I32, I32, 0]),
    extend(SECTION.function, 3, [...leb(types), ...leb(types + 1), ...leb(types + 1)]),
    [SECTION.table, table],
    extend(SECTION.global, 1, [I32, 1, ...refill, OP.end]),
    [SECTION.code, meterCode(wasm, find(SECTION.code), calls, added)],
  ])
  return { wasm: replaceSections(wasm, contents), slot }
}

function signedLeb(value: number): number[] {
  const bytes = leb(value)
  const last = bytes.length - 1
  const top = bytes[last] ?? 0
  if ((top & 0x40) !== 0) bytes.splice(last, 1, top | 0x80, 0)
  return bytes
}

function countImports(wasm: Uint8Array, { start }: Section): { readonly functions: number; readonly globals: number } {
  let { value: left, next } = readLeb(wasm, start)
  let functions = 0
  let globals = 0
  const skipName = (): void => {
    const name = readLeb(wasm, next)
    next = name.next + name.value
  }
  for (; left > 0; left--) {
    skipName()
    skipName()
    const kind = wasm[next++]
    if (kind === IMPORTED.function) {
      functions++
      next = readLeb(wasm, next).next
    } else if (kind === IMPORTED.memory) {
      const bounded = ((wasm[next++] ?? 0) & 1) === 1
      next = readLeb(wasm, next).next
      if (bounded) next = readLeb(wasm, next).next
    } else if (kind === IMPORTED.global) {
      globals++
      next += 2
    } else throw new RangeError(`the WebAssembly module imports something of another kind: ${String(kind)}`)
  }
  return { functions, globals }
}

/** The one table of a build: how long it is, and its section with `ADDED_ENTRIES` more. */
function lengthenTable(wasm: Uint8Array, { start }: Section): { readonly length: number; readonly content: Uint8Array } {
  const tables = readLeb(wasm, start)
  if (tables.value !== 1) throw new RangeError(`the WebAssembly module has ${tables.value} tables, one is expected`)
  const type = wasm[tables.next] ?? 0
  const limits = wasm[tables.next + 1] ?? 0
  if (limits > 1) throw new RangeError(`the table of the WebAssembly module has limits of another kind: ${limits}`)
  const least = readLeb(wasm, tables.next + 2)
  const most = limits === 1 ? leb(readLeb(wasm, least.next).value + ADDED_ENTRIES) : []
  return { length: least.value, content: Uint8Array.from([1, type, limits, ...leb(least.value + ADDED_ENTRIES), ...most]) }
}

interface Calls {
  readonly turn: readonly number[]
  readonly copy: readonly number[]
  readonly fill: readonly number[]
}

function meterCode(wasm: Uint8Array, { start, end }: Section, calls: Calls, added: readonly (readonly number[])[]): Uint8Array {
  const functions = readLeb(wasm, start)
  const out = new ByteWriter(end - start + ((end - start) >> 3))
  const body = new ByteWriter(1 << 16)
  out.put(leb(functions.value + added.length))
  let at = functions.next
  for (let index = 0; index < functions.value; index++) {
    const size = readLeb(wasm, at)
    at = size.next + size.value
    body.clear()
    meterFunction(wasm, size.next, at, calls, body)
    out.put(leb(body.length))
    out.put(body.written)
  }
  for (const code of added) {
    out.put(leb(code.length))
    out.put(code)
  }
  return out.written
}

function meterFunction(wasm: Uint8Array, start: number, end: number, calls: Calls, out: ByteWriter): void {
  const locals = readLeb(wasm, start)
  let at = locals.next
  for (let group = 0; group < locals.value; group++) at = readLeb(wasm, at).next + 1
  /** Where each loop begins that holds the interpreter's dispatch, innermost. */
  const exempt = end - at > INTERPRETER_TARGETS * 8 ? dispatchLoop(wasm, at, end) : -1
  let copied = start
  const upTo = (past: number): void => {
    if (past > copied) out.put(wasm.subarray(copied, past))
    copied = past
  }
  while (at < end) {
    const next = nextInstruction(wasm, at)
    const opcode = wasm[at]
    if (opcode === OP.loop && at !== exempt) {
      upTo(next)
      out.put(calls.turn)
    } else if (opcode === OP.wide) {
      const kind = wasm[at + 1]
      if (kind === WIDE.memoryCopy || kind === WIDE.memoryFill) {
        upTo(at)
        out.put(kind === WIDE.memoryCopy ? calls.copy : calls.fill)
        copied = next
      }
    }
    at = next
  }
  upTo(end)
}

/** The innermost loop around a dispatch over all instructions of the interpreter; -1 when there is none. */
function dispatchLoop(wasm: Uint8Array, start: number, end: number): number {
  const open: number[] = []
  for (let at = start; at < end; at = nextInstruction(wasm, at)) {
    const opcode = wasm[at]
    if (opcode === OP.block || opcode === OP.if) open.push(-1)
    else if (opcode === OP.loop) open.push(at)
    else if (opcode === OP.end) open.pop()
    else if (opcode === OP.brTable && readLeb(wasm, at + 1).value >= INTERPRETER_TARGETS)
      return open.findLast((loop) => loop >= 0) ?? -1
  }
  return -1
}
