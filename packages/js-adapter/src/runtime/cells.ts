// The block of memory that host and guest share: counters that save a call each.

/** Indices of 32-bit cells. */
export const CELL = {
  /** Above 0 while the profile changes its own structures: no interrupt may fall in between. */
  critical: 0,
  ticks: 1,
  immediates: 2,
  refedImmediates: 3,
  refedTimers: 4,
  /** Live timeouts, intervals and immediates. */
  timers: 5,
  rejections: 6,
  timersInterrupted: 7,
  /** Set when a tick threw and that was handled: what is left of the queues waits for a later entry. */
  drainDeferred: 10,
  /** The context that the guest is in; 0 for none. */
  context: 11,
  /** Timers and immediates that `maxTimers` refused. */
  timersRefused: 12,
} as const

/** Indices of 64-bit cells, behind the 32-bit ones. */
export const CELL_F64 = {
  /** Guest time at which the next timer is due; `Infinity` when there is none. */
  nextExpiry: 16,
} as const

/** Operations that the profile asks of the host through its one function. */
export const HOST_OP = {
  now: 0,
  console: 1,
  exit: 2,
  call: 3,
  callSync: 4,
  settled: 5,
  epochMs: 6,
  entropy: 7,
  isPromise: 8,
  fatal: 9,
  monotonicMs: 10,
  proxyTarget: 11,
  promiseState: 12,
  promiseResult: 13,
  isProxy: 14,
  /** A global that could not be defined: the guest made it its own for good. */
  notDefined: 15,
  notCallable: 16,
  /** Compiles a part of the profile that is needed for the first time. */
  lazyPart: 17,
  domainToAscii: 18,
  /** The number of the engine's class that an object has, whatever its prototype; -1 where it cannot be told. */
  classId: 19,
  /** The name of the platform's encoding that a label stands for; `undefined` for none. */
  encodingOf: 20,
  /** The text of bytes in such an encoding, and the bytes at their end that wait for more; `undefined` for bytes that are refused. */
  decodeBytes: 21,
  /** Enumerable own names of an array that are no index, as JSON, after its symbols were pushed; `undefined`: they cannot be read. */
  keysBesideItems: 26,
  /** Writes a console line of plain values; `true`: it is written, or dropped by its budget. */
  plainLine: 27,
  /** A rejection that nothing handled when the entry's queues were empty, or its handler that came later. */
  rejection: 30,
  /** The guest does not wait for an asynchronous call any more. */
  abandon: 31,
} as const
