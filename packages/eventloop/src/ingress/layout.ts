// Where everything lies in the shared memory of an ingress ring, and the few values that both threads must agree on.

/** One line of the header: two 64-byte cache lines, since processors fetch them in pairs. */
export const LINE_BYTES = 128
const LINE_WORDS = LINE_BYTES / 4

/** Lines: tail; head; state and owner; flags. */
export const HEADER_BYTES: number = 4 * LINE_BYTES
export const SLOT_WORDS = 4
export const SLOT_BYTES: number = SLOT_WORDS * 4

/** Written by the producer alone, save for the closed bit: the index of the next record, and {@link CLOSED_BIT}. */
export const TAIL = 0

/** Written by the consumer alone: the index of the next record to read, and the position that payload bytes are free up to. */
export const HEAD: number = LINE_WORDS
export const PAYLOAD_HEAD: number = LINE_WORDS + 1

/** Written once at creation, save for the claim. */
export const CLAIM: number = 2 * LINE_WORDS
export const FORMAT: number = CLAIM + 1
export const CAPACITY: number = CLAIM + 2
export const PAYLOAD_BYTES: number = CLAIM + 3
export const PROTOCOL: number = CLAIM + 4

/** 1 while the producer waits for room; whoever exchanges it to 0 notifies. */
export const WAITER: number = 3 * LINE_WORDS
/** What a closed bit means: one of {@link OPEN}, {@link UNDECIDED}, {@link CLOSED}. */
export const DECISION: number = WAITER + 1
/** How many control records were published. */
export const CONTROLS: number = WAITER + 2

/** Set in the tail word: nothing more is accepted. It is the sign bit, so indices wrap at 2^31. */
export const CLOSED_BIT = -0x80000000
export const INDEX_MASK = 0x7fffffff

/** Meanings of {@link DECISION}. */
export const OPEN = 0
/** The loop is trying to end; it reopens the ring if any other ring turns out to hold a record. */
export const UNDECIDED = 1
export const CLOSED = 2

/** Names the layout in this file; a change of it changes the number. */
export const FORMAT_NUMBER = 0x4c57_0001

/** What the words of a slot mean. `VOID` marks a control record that the poll phase has already carried out. */
export const KIND_FIXED = 1
export const KIND_FLOAT = 2
export const KIND_LATIN1 = 3
export const KIND_UTF8 = 4
export const KIND_UTF16 = 5
export const KIND_STRUCTURED = 6
export const KIND_BYTES = 7
export const KIND_ERROR = 8
export const KIND_CONTROL = 9
export const KIND_VOID = 10

export const COMMAND_MASK = 0xffff
export const KIND_SHIFT = 16

/** Payloads begin at multiples of this, so that UTF-16 units and floats are aligned. */
export const PAYLOAD_ALIGN = 8

export const MAX_CAPACITY: number = 2 ** 20
export const MIN_PAYLOAD_BYTES = 4096
export const MAX_PAYLOAD_BYTES: number = 64 * 2 ** 20

/** The shared memory that `port.transferable` carries to the producing thread. */
export interface IngressTransferable {
  readonly ring: SharedArrayBuffer
  /** Memory that the consuming loop sleeps on; `undefined` never occurs for a port that a loop made. */
  readonly wakeWord: Int32Array
}
