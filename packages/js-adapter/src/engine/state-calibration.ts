// Facts about one build that images and given time need, each verified by its effect in a scratch instance.
import { sameBytes } from '../platform/bytes.ts'
import type { Scratch } from './scratch.ts'
import type { TimeImports } from './time-imports.ts'

const RANDOM_BYTES_BEFORE_POLL = 8
const TRIAL_STATES = [0x0123_4567_89ab_cdefn, 0x7f4a_7c15_9e37_79b9n]

/** The state of `Math.random` lies before the interrupt counter: the same state gives the same numbers, each call changes it. */
export function findRandomOffset(scratch: Scratch, pollOffset: number | undefined, notes: string[]): number | undefined {
  if (pollOffset === undefined) {
    notes.push('randomness: its place is known by that of the interrupt counter, which was not found')
    return undefined
  }
  const { instance } = scratch
  const offset = pollOffset - RANDOM_BYTES_BEFORE_POLL
  const view = (): DataView => new DataView(instance.memory.buffer)
  const draw = (): number => instance.exports._QTS_GetFloat64(instance.ctx, scratch.eval('Math.random()'))
  const from = (state: bigint): string => {
    view().setBigUint64(instance.ctx + offset, state, true)
    return [draw(), draw(), draw()].join()
  }
  const [first, second] = TRIAL_STATES
  if (first === undefined || second === undefined) return undefined
  const sequence = from(first)
  const changed = view().getBigUint64(instance.ctx + offset, true) !== first
  if (!changed || from(second) === sequence || from(first) !== sequence || new Set(sequence.split(',')).size !== 3) {
    notes.push(`randomness: the word at offset ${offset} is not the state of Math.random`)
    return undefined
  }
  notes.push(`randomness: offset ${offset}`)
  return offset
}

const ZERO_PAGE: Uint8Array = new Uint8Array(65_536)
const TRIAL_BYTES = [300_000, 700_000, 1_500_000]

/** The word of static data that holds the end of the heap: it rises with large allocations, never falls, and nothing lies above it. */
export function findBreakWord({ instance }: Scratch, notes: string[]): number | undefined {
  const { u32 } = instance
  const words = instance.rt >> 2
  let candidates: number[] = []
  for (let word = 0; word < words; word++) {
    const value = u32[word] ?? 0
    if (value >= instance.rt && value <= u32.byteLength) candidates.push(word)
  }
  const held: number[] = []
  for (const bytes of TRIAL_BYTES) {
    const before = candidates.map((word) => instance.u32[word] ?? 0)
    held.push(instance.exports._malloc(bytes))
    candidates = candidates.filter((word, index) => (instance.u32[word] ?? 0) - (before[index] ?? 0) >= bytes / 2)
  }
  candidates = candidates.filter((word) => isClean(instance.u8, instance.u32[word] ?? 0))
  const atMost = candidates.map((word) => instance.u32[word])
  for (const pointer of held) instance.exports._free(pointer)
  candidates = candidates.filter((word, index) => instance.u32[word] === atMost[index])
  const [word] = candidates
  if (word === undefined || new Set(atMost).size !== 1) {
    notes.push(`memory: ${candidates.length} words tell the end of the heap, expected one`)
    return undefined
  }
  notes.push(`memory: the end of the heap is in word ${word}`)
  return word
}

/** Whether the memory is untouched from `start` on, as far as it matters here. */
function isClean(bytes: Uint8Array, start: number): boolean {
  const after = bytes.subarray(start, Math.min(bytes.length, start + ZERO_PAGE.length))
  return sameBytes(after, ZERO_PAGE.subarray(0, after.length))
}

const CLOCK_SLACK_MS = 60_000

/** Finds the clock and time zone imports by what guest code that asks for the time makes the engine call. */
export function findTimeImports(scratch: Scratch, notes: string[]): TimeImports | undefined {
  const isNow = (value: unknown): boolean => typeof value === 'number' && Math.abs(value - Date.now()) < CLOCK_SLACK_MS
  const epoch = namesOf(scratch, 'Date.now()', ({ args, result }) => args.length === 0 && isNow(result))
  const clock = namesOf(
    scratch,
    'typeof performance === "object" && performance.now()',
    ({ args }) => args.length === 3 && typeof args[1] === 'bigint',
  )
  const zoned = 'new Date(2020, 1, 2).getTimezoneOffset(); String(new Date(0))'
  const localTime = namesOf(scratch, zoned, ({ args }) => args.length === 2 && typeof args[0] === 'bigint')
  const zone = namesOf(scratch, zoned, ({ args }) => args.length === 4 && args.every((arg) => typeof arg === 'number'))
  const [epochName, localName] = [epoch[0], localTime[0]]
  if (
    epoch.length !== 1 ||
    localTime.length !== 1 ||
    epochName === undefined ||
    localName === undefined ||
    clock.length > 1 ||
    zone.length > 1
  ) {
    notes.push(`time: ${epoch.length} clock and ${localTime.length} time zone imports were found, expected one each`)
    return undefined
  }
  notes.push(`time: imports ${[epochName, clock[0], localName, zone[0]].join(' ')}`)
  return { epoch: epochName, clock: clock[0], localTime: localName, zone: zone[0] }
}

function namesOf(
  scratch: Scratch,
  source: string,
  matches: (call: { readonly args: readonly unknown[]; readonly result: unknown }) => boolean,
): readonly string[] {
  return [
    ...new Set(
      scratch
        .importsOf(source)
        .filter(matches)
        .map(({ name }) => name),
    ),
  ]
}
