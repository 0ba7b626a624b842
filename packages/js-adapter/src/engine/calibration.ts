// Facts about one build of the engine that no export tells, each verified by its effect in a scratch instance.
import { HardStop } from './meter.ts'
import type { Meter } from './meter.ts'
import { findObjectLayout } from './object-calibration.ts'
import { findObjectFormat } from './format-calibration.ts'
import type { ObjectFormat } from './object-format.ts'
import type { ObjectLayout } from './object-layout.ts'
import { Scratch } from './scratch.ts'
import { findStackLinks } from './stack-links.ts'
import { findSuspendedFrames } from './suspended-frames.ts'
import type { ClassMarks } from './class-table.ts'
import { findBreakWord, findRandomOffset, findTimeImports } from './state-calibration.ts'
import type { TimeImports } from './time-imports.ts'
import type { ValueTags } from './value-tags.ts'
import type { KnownFault } from './variant.ts'
import type { EngineCode, Metering } from './substrate.ts'
import { mended, mends } from '../profile/mends.ts'

export interface Calibration {
  readonly tags: ValueTags
  /** Bytes from the context's address to the interrupt counter; `undefined` when it could not be verified. */
  readonly pollOffset: number | undefined
  /** Bytes from the runtime's address to the rejection tracker's function index; `undefined` when it could not be verified. */
  readonly trackerOffset: number | undefined
  /** Bytes from the runtime's address to the size at which it collects; `undefined` when it could not be verified. */
  readonly collectOffset: number | undefined
  /** Where an object keeps its class, and a proxy its target; `undefined` when that could not be verified. */
  readonly proxy: { readonly classOffset: number; readonly classId: number; readonly dataOffset: number } | undefined
  /** Bytes from the context's address to the state of `Math.random`; `undefined` when it could not be verified. */
  readonly randomOffset: number | undefined
  /** Index of the word that holds the end of the used memory; `undefined` when it could not be verified. */
  readonly breakWord: number | undefined
  /** The imports through which the engine reads clocks and the time zone; `undefined` when they could not be verified. */
  readonly timeImports: TimeImports | undefined
  /** Where plain data lies; `undefined` when that could not be verified. */
  readonly objects: ObjectLayout | undefined
  /** How plain data is serialised; `undefined` when that could not be verified. */
  readonly format: ObjectFormat | undefined
  /** What keeps the collector of a build with that fault from it; `undefined` when it could not be verified, or the build has no such fault. */
  readonly stackLinks: ClassMarks | undefined
  /** The same of frames that are suspended. */
  readonly suspendedFrames: ClassMarks | undefined
  /** What is evaluated in a guest before everything else, as it was seen to keep guests from faults of the language's own functions; `undefined`: nothing is, or it did not. */
  readonly mends: string | undefined
  /** Whether the meter in the engine's code ends a native that polls nothing. */
  readonly metered: boolean
  /** What was tried and seen, for reports. */
  readonly notes: readonly string[]
}

const STOCK_POLL_INTERVAL = 10_000
const POLL_SCAN_BYTES = 1024
const RUNTIME_SCAN_WORDS = 128
/** Words from the interrupt handler to the tracker; which one is right is found by effect. */
const TRACKER_DISTANCES = [5, 2]

function readTags(scratch: Scratch): ValueTags | string {
  const { instance } = scratch
  const read = (source: string): number => scratch.high(scratch.eval(source))
  const tags: ValueTags = {
    int: read('1'),
    bool: read('true'),
    null: read('null'),
    undefined: read('undefined'),
    exception: read('throw 1'),
    string: read('"a"'),
    object: read('({})'),
    symbol: read('Symbol()'),
    first: (read('NaN') + 1) >>> 0,
    others: 0,
  }
  const seen = [tags.int, tags.bool, tags.null, tags.undefined, tags.exception, tags.string, tags.object, tags.symbol]
  if (new Set(seen).size !== seen.length) return `value tags are not distinct: ${seen.join(', ')}`
  const again: [string, number][] = [
    ['-7', tags.int],
    ['false', tags.bool],
    ['"\\u1234"', tags.string],
    ['(function(){})', tags.object],
    ['[]', tags.object],
    ['Symbol.iterator', tags.symbol],
  ]
  for (const [source, tag] of again) if (read(source) !== tag) return `the tag of ${source} differs from its kind's`
  for (const source of ['1.5', 'NaN', '-0', '1/0', '2**53', '1n', '5e-324']) {
    if (seen.includes(read(source))) return `the tag of ${source} is that of another kind`
  }
  const minus = scratch.eval('-7')
  if (instance.i32[minus >> 2] !== -7) return 'an integer is not in the lower half of its value'
  const base = 4096
  if (instance.exports._QTS_ArgvGetJSValueConstPointer(base, 3) - base !== 24) return 'values are not 8 bytes wide'
  return { ...tags, others: countOthers(read, tags) }
}

const FLOATS = ['1.5', 'NaN', '-0', '1/0', '-1/0', '2**53', '5e-324', '-1.7976931348623157e308', 'Math.PI']
const BOXED_TAGS = 17

/** How many tags are no floating-point number, verified on samples; 0 when that does not hold, and numbers are then read the long way. */
function countOthers(read: (source: string) => number, tags: ValueTags): number {
  const distance = (high: number): number => (high - tags.first) >>> 0
  const others = [
    tags.int,
    tags.bool,
    tags.null,
    tags.undefined,
    tags.exception,
    tags.string,
    tags.object,
    tags.symbol,
    read('1n'),
    read('2n ** 80n'),
  ]
  const holds =
    FLOATS.every((source) => distance(read(source)) >= BOXED_TAGS) && others.every((high) => distance(high) < BOXED_TAGS)
  return holds ? BOXED_TAGS : 0
}

const POLL_LOOP = 'for (let i = 0; i < 4e4; i++);'

function findPollOffset(scratch: Scratch, notes: string[]): number | undefined {
  const { instance } = scratch
  const matches: number[] = []
  let polls = 0
  scratch.hooks.onInterrupt = () => {
    if (polls++ === 0) {
      const { u32 } = instance
      for (let offset = 0; offset < POLL_SCAN_BYTES; offset += 4)
        if (u32[(instance.ctx + offset) >> 2] === STOCK_POLL_INTERVAL) matches.push(offset)
    }
    return 0
  }
  scratch.eval(POLL_LOOP)
  const stock = polls
  const [offset] = matches
  if (matches.length !== 1 || offset === undefined) {
    notes.push(`poll interval: ${matches.length} words of the context hold ${STOCK_POLL_INTERVAL}, expected one`)
    return undefined
  }
  polls = 0
  scratch.hooks.onInterrupt = () => {
    polls++
    instance.u32[(instance.ctx + offset) >> 2] = 8
    return 0
  }
  scratch.eval(POLL_LOOP)
  scratch.hooks.onInterrupt = () => 0
  if (polls < stock * 100) {
    notes.push(`poll interval: writing 8 at offset ${offset} gave ${polls} polls instead of ${stock}`)
    return undefined
  }
  notes.push(`poll interval: offset ${offset}`)
  return offset
}

function findTrackerOffset(scratch: Scratch, handlerWord: number | undefined, notes: string[]): number | undefined {
  const { instance } = scratch
  if (handlerWord === undefined) {
    notes.push('rejection tracker: enabling the interrupt handler did not change exactly one word')
    return undefined
  }
  let seen: number[] = []
  const index = instance.addTracker((_ctx, _promise, _reason, handled) => {
    seen.push(handled)
  })
  if (index === undefined) {
    notes.push('rejection tracker: the function table is not exported')
    return undefined
  }
  for (const distance of TRACKER_DISTANCES) {
    const word = (instance.rt >> 2) + handlerWord + distance
    const before = instance.u32[word]
    if (before !== 0) continue
    instance.u32[word] = index
    try {
      seen = []
      scratch.eval('Promise.resolve(1).then(() => 2)')
      scratch.drain()
      const quiet = seen.length === 0
      scratch.eval('Promise.reject(1).catch(() => {})')
      scratch.drain()
      if (quiet && seen.join() === '0,1') {
        notes.push(`rejection tracker: word ${handlerWord + distance}`)
        return (handlerWord + distance) * 4
      }
    } catch {
      notes.push(`rejection tracker: word ${handlerWord + distance} has another type`)
    } finally {
      instance.u32[word] = 0
    }
  }
  notes.push('rejection tracker: no word had the expected effect')
  return undefined
}

const STOCK_COLLECT_BYTES = 262_144

function findCollectOffset(scratch: Scratch, notes: string[]): number | undefined {
  const { instance } = scratch
  const start = instance.rt >> 2
  const matches: number[] = []
  for (let word = 0; word < RUNTIME_SCAN_WORDS; word++) if (instance.u32[start + word] === STOCK_COLLECT_BYTES) matches.push(word)
  const [word] = matches
  if (matches.length !== 1 || word === undefined) {
    notes.push(`collection: ${matches.length} words of the runtime hold ${STOCK_COLLECT_BYTES}, expected one`)
    return undefined
  }
  scratch.eval('globalThis.weak = (() => { const a = {}, b = { a }; a.b = b; return new WeakRef(a) })()')
  scratch.drain()
  instance.u32[start + word] = 0
  scratch.eval('({})')
  const gone = scratch.high(scratch.eval('weak.deref()'))
  instance.u32[start + word] = STOCK_COLLECT_BYTES
  if (gone !== scratch.high(instance.undefined)) {
    notes.push(`collection: clearing word ${word} did not collect a dead cycle`)
    return undefined
  }
  notes.push(`collection: word ${word}`)
  return word * 4
}

const OBJECT_SCAN_BYTES = 48

function findProxyLayout(scratch: Scratch, notes: string[]): Calibration['proxy'] {
  const { instance } = scratch
  const addressOf = (pointer: number): number => instance.u32[pointer >> 2] ?? 0
  const objects = scratch.eval('globalThis.held = [{}, {}, [], [], new Proxy({}, {}), new Proxy([], {})]; held')
  const item = (index: number): number => addressOf(instance.exports._QTS_GetPropNumber(instance.ctx, objects, index))
  const [plainA, plainB, arrayA, arrayB, proxyA, proxyB] = [item(0), item(1), item(2), item(3), item(4), item(5)]
  const half = (address: number, offset: number): number =>
    (instance.u8[address + offset] ?? 0) | ((instance.u8[address + offset + 1] ?? 0) << 8)
  const offsets: number[] = []
  for (let offset = 0; offset < 16; offset += 2) {
    const [plain, array, proxy] = [half(plainA, offset), half(arrayA, offset), half(proxyA, offset)]
    const same = plain === half(plainB, offset) && array === half(arrayB, offset) && proxy === half(proxyB, offset)
    if (same && plain !== array && array !== proxy && plain !== proxy && Math.max(plain, array, proxy) < 256) offsets.push(offset)
  }
  const [classOffset] = offsets
  if (offsets.length !== 1 || classOffset === undefined) {
    notes.push(`proxies: ${offsets.length} places differ by class, expected one`)
    return undefined
  }
  const target = addressOf(scratch.eval('globalThis.target = { a: 1 }; target'))
  const proxy = addressOf(scratch.eval('globalThis.proxy = new Proxy(target, {}); proxy'))
  for (let dataOffset = 8; dataOffset < OBJECT_SCAN_BYTES; dataOffset += 4) {
    const data = instance.u32[(proxy + dataOffset) >> 2] ?? 0
    if (data % 8 === 0 && data > 0 && data < instance.u8.length && instance.u32[data >> 2] === target) {
      notes.push(`proxies: class at ${classOffset}, data at ${dataOffset}`)
      return { classOffset, classId: half(proxyA, classOffset), dataOffset }
    }
  }
  notes.push('proxies: no word leads to the target')
  return undefined
}

function findMends(scratch: Scratch, notes: string[]): string | undefined {
  scratch.eval(mends)
  const holds = scratch.high(scratch.eval(`if (!${mended}) throw 1; true`)) === scratch.high(scratch.eval('true'))
  notes.push(holds ? 'functions of the language: mended' : 'functions of the language: the mends do not hold')
  return holds ? mends : undefined
}

/** A native that polls nothing and would take some milliseconds. */
const METERED_NATIVE = "new Array(1e6).join('x').length"

function meterStops(scratch: Scratch, meter: Meter, notes: string[]): boolean {
  let asked = 0
  const before = meter.arm({ memory: scratch.instance.memory, expired: () => void asked++ }, Number.NEGATIVE_INFINITY)
  try {
    scratch.eval(METERED_NATIVE)
    notes.push('meter: a native was not ended')
    return false
  } catch (thrown) {
    if (!(thrown instanceof HardStop)) throw thrown
    notes.push(`meter: a native was ended after ${asked} questions`)
    return true
  } finally {
    meter.restore(before)
  }
}

/** Enables the interrupt handler and returns the index of the one word of the runtime that this changed. */
function enableInterrupts({ instance }: Scratch): number | undefined {
  const start = instance.rt >> 2
  const before = instance.u32.slice(start, start + RUNTIME_SCAN_WORDS)
  instance.exports._QTS_RuntimeEnableInterruptHandler(instance.rt)
  const after = instance.u32
  const changed: number[] = []
  for (let word = 0; word < RUNTIME_SCAN_WORDS; word++) if (before[word] !== after[start + word]) changed.push(word)
  return changed.length === 1 ? changed[0] : undefined
}

/**
 * Measures a build. Takes some 5 ms.
 * @returns the calibration, or the reason why values of this build cannot be read at all.
 */
export async function calibrate(
  code: EngineCode,
  faults: readonly KnownFault[],
  metering?: Metering,
): Promise<Calibration | string> {
  const notes: string[] = []
  const scratch = await Scratch.open(code, metering)
  const collectOffset = findCollectOffset(scratch, notes)
  const tags = readTags(scratch)
  if (typeof tags === 'string') return tags
  const handlerWord = enableInterrupts(scratch)
  const pollOffset = findPollOffset(scratch, notes)
  const trackerOffset = findTrackerOffset(scratch, handlerWord, notes)
  const proxy = findProxyLayout(scratch, notes)
  return {
    tags,
    pollOffset,
    trackerOffset,
    collectOffset,
    proxy,
    objects: findObjectLayout(scratch, tags, proxy, notes),
    format: findObjectFormat(scratch, tags, notes),
    randomOffset: findRandomOffset(scratch, pollOffset, notes),
    breakWord: findBreakWord(scratch, notes),
    timeImports: findTimeImports(scratch, notes),
    stackLinks: faults.includes('stack links') ? findStackLinks(scratch, { proxy, collectOffset }, notes) : undefined,
    suspendedFrames: faults.includes('suspended frames')
      ? findSuspendedFrames(scratch, { proxy, collectOffset }, notes)
      : undefined,
    mends: faults.includes('functions of the language') ? findMends(scratch, notes) : undefined,
    // Last: it leaves the instance in the middle of something.
    metered: metering !== undefined && meterStops(scratch, metering.meter, notes),
    notes,
  }
}
