// The producer half of an ingress port: what a thread does with the transferable it was handed.
import { LoopError, isLoopError } from '../errors.ts'
import { PayloadEncoder } from './codec.ts'
import type { CommandInput, CommandKind, CommandSet, Commands } from './commands.ts'
import { CONTROL_NAMES } from './controls.ts'
import type { ControlName, ProducerRequests } from './controls.ts'
import { CLAIM, KIND_BYTES, KIND_CONTROL, PROTOCOL, WAITER } from './layout.ts'
import type { IngressTransferable } from './layout.ts'
import { openRingMemory } from './ring-memory.ts'
import type { RingMemory } from './ring-memory.ts'
import { RingWriter } from './ring-writer.ts'
import { waitForRoom, waitForRoomAsync } from './room.ts'
import type { RoomOptions } from './room.ts'
import { wake } from './wake.ts'

const MAX_TIMEOUT_MS = 2 ** 31 - 1

interface Entry {
  readonly index: number
  readonly kind: CommandKind
}

/**
 * Sends commands to the loop that made the port. Belongs to the thread that claimed it: two threads that share one handle
 * corrupt nothing of the loop's, but lose the port. Holds nothing that must be disposed of; {@link close} tells the loop
 * that no more will come.
 */
export class IngressProducer<Set extends CommandSet> {
  readonly #memory: RingMemory
  readonly #wakeWord: Int32Array
  readonly #writer: RingWriter
  readonly #encoder: PayloadEncoder
  readonly #entries = new Map<string, Entry>()
  /** What a producer may ask of the loop itself. */
  readonly requests: ProducerRequests

  /** @internal use {@link connectIngress} */
  constructor(memory: RingMemory, wakeWord: Int32Array, commands: Commands<Set>) {
    this.#memory = memory
    this.#wakeWord = wakeWord
    this.#writer = new RingWriter(memory)
    this.#encoder = new PayloadEncoder(this.#writer, memory)
    for (const [index, name] of commands.names.entries())
      this.#entries.set(name, { index, kind: commands.kinds[index] as CommandKind })
    this.requests = Object.freeze({
      shutdown: () => this.#control('shutdown', 0),
      close: () => this.#control('close', 0),
      cancelTimer: (id: number) => this.#control('cancelTimer', id),
      cancelTimers: (ids: readonly number[]) => this.#control('cancelTimers', ids),
      refTimer: (id: number) => this.#control('refTimer', id),
      unrefTimer: (id: number) => this.#control('unrefTimer', id),
    })
  }

  /**
   * Hands one record to the loop. Never waits. hot: benchmarks/eventloop/ingress-fixed
   *
   * @returns `true` if the loop will read it; `false` if the ring is full, and then nothing was written.
   * @throws LoopError `ERR_INGRESS_CLOSED` once the port is closed; `ERR_INGRESS_PAYLOAD_TOO_LARGE` for a payload of more than
   *   half of `payloadBytes`.
   * @throws TypeError if there is no such command, or the argument is of the wrong type; RangeError if an integer is not of 32 bits.
   */
  submit<Name extends keyof Set & string>(name: Name, ...args: CommandInput<Set[Name]>): boolean
  submit(name: string, ...args: readonly unknown[]): boolean {
    if (!this.#write(name, args[0], args[1])) return false
    this.#writer.publish()
    wake(this.#wakeWord)
    return true
  }

  /**
   * Hands over many records of one command; they become visible together, and the loop is notified once.
   *
   * @param items - the arguments of one {@link submit} each, as arrays.
   * @returns how many were accepted: the rest, from that index on, found no room.
   * @throws as {@link submit}; if encoding an item throws, the items before it are handed over first.
   */
  submitMany<Name extends keyof Set & string>(name: Name, items: Iterable<Readonly<CommandInput<Set[Name]>>>): number
  submitMany(name: string, items: Iterable<readonly unknown[]>): number {
    let accepted = 0
    try {
      for (const args of items) {
        if (!this.#write(name, args[0], args[1])) break
        accepted++
      }
    } finally {
      if (accepted > 0) {
        this.#writer.publish()
        wake(this.#wakeWord)
      }
    }
    return accepted
  }

  #write(name: string, first: unknown, second: unknown): boolean {
    const entry = this.#entries.get(name)
    if (entry === undefined)
      throw new TypeError(`unknown command ${JSON.stringify(name)}; the port has ${[...this.#entries.keys()].join(', ')}`)
    if (!this.#writer.hasSlot()) return this.#refuse()
    switch (entry.kind) {
      case 'fixed':
        this.#writer.writeFixed(entry.index, int32(first, name), int32(second, name))
        return true
      case 'float':
        if (typeof first !== 'number') throw mismatch(name, 'a number', first)
        this.#writer.writeFloat(entry.index, first)
        return true
      case 'text':
        if (typeof first !== 'string') throw mismatch(name, 'a string', first)
        return this.#encoder.text(entry.index, first) || this.#refuse()
      case 'bytes':
        if (!(first instanceof Uint8Array)) throw mismatch(name, 'a Uint8Array', first)
        return this.#encoder.bytes(entry.index, first, KIND_BYTES) || this.#refuse()
      case 'structured':
        return this.#encoder.structured(entry.index, first) || this.#refuse()
      case 'failure':
        return this.#encoder.failure(entry.index, first) || this.#refuse()
      default:
        throw new TypeError(`unknown kind of command: ${String(entry.kind satisfies never)}`)
    }
  }

  /** A full ring that is also closed says so: `false` would promise that room may come. */
  #refuse(): false {
    if (this.#writer.closed) throw closedError()
    return false
  }

  #control(name: ControlName, value: number | readonly number[]): boolean {
    const command = CONTROL_NAMES.indexOf(name)
    try {
      if (!this.#writer.hasSlot()) return false
      if (typeof value === 'number') this.#writer.writeFloat(command, value, KIND_CONTROL)
      else if (value.length === 0) return !this.closed
      else if (!this.#encoder.bytes(command, new Uint8Array(Float64Array.from(value).buffer), KIND_CONTROL)) return false
      this.#writer.countControl()
      this.#writer.publish()
    } catch (error) {
      if (isLoopError(error, 'ERR_INGRESS_CLOSED')) return false
      throw error
    }
    wake(this.#wakeWord)
    return true
  }

  /** Whether there is room for one more record, and for the payload that was refused last. */
  get writable(): boolean {
    return (
      this.#writer.hasSlot() && (this.#encoder.neededBytes === 0 || this.#writer.findPayload(this.#encoder.neededBytes) !== -1)
    )
  }

  /** Whether the port is closed, by either side. */
  get closed(): boolean {
    return this.#writer.closed
  }

  /**
   * Resolves when there is room for one more record, and for the payload that was refused last. Keeps the thread alive
   * meanwhile. One wait at a time.
   *
   * @throws LoopError (rejects) `ERR_WAIT_TIMEOUT` after `timeoutMs`, `ERR_INGRESS_CLOSED` if the port closes; `signal.reason`.
   */
  async whenWritable(options: RoomOptions = {}): Promise<void> {
    const { signal, timeoutMs } = options
    signal?.throwIfAborted()
    await waitForRoomAsync(this.#waiting(), { signal, timeoutMs: checkTimeout(timeoutMs) })
  }

  /**
   * Blocks the thread until {@link writable}. Not for a thread whose own event loop has work to do.
   *
   * @param timeoutMs - 0 to 2^31-1, or `Infinity`, the default.
   * @returns `false` if the time passed first.
   * @throws LoopError `ERR_INGRESS_CLOSED` if the port is or becomes closed.
   */
  waitWritable(timeoutMs: number = Number.POSITIVE_INFINITY): boolean {
    return waitForRoom(this.#waiting(), checkTimeout(timeoutMs))
  }

  #waiting(): Parameters<typeof waitForRoom>[0] {
    return {
      header: this.#memory.header,
      word: WAITER,
      ready: () => {
        if (this.#writer.closed) throw closedError()
        return this.writable
      },
    }
  }

  /** Tells the loop that no more will come: it reads what was accepted, then closes the port (reason `producer`). Idempotent. */
  close(): void {
    this.#writer.close()
    wake(this.#wakeWord)
  }
}

/**
 * Claims a port for this thread.
 *
 * @param transferable - `port.transferable`, as it arrived by `postMessage` or `workerData`.
 * @param commands - the set that the port was made with.
 * @throws LoopError `ERR_INGRESS_PROTOCOL` if the sets differ or the memory is not a ring of this version;
 *   `ERR_INGRESS_CLAIMED` if the port was claimed before, by whichever thread.
 */
export function connectIngress<Set extends CommandSet>(
  transferable: IngressTransferable,
  commands: Commands<Set>,
): IngressProducer<Set> {
  const memory = openRingMemory(transferable.ring)
  if (!(transferable.wakeWord instanceof Int32Array) || !(transferable.wakeWord.buffer instanceof SharedArrayBuffer)) {
    throw new LoopError(
      'ERR_INGRESS_PROTOCOL',
      'the transferable of an ingress port must carry its wake word; pass port.transferable on unchanged',
    )
  }
  if (memory.header[PROTOCOL] !== commands.hash) {
    throw new LoopError(
      'ERR_INGRESS_PROTOCOL',
      `the port was made with other commands than ${commands.names.join(', ')}; import one set in both threads`,
    )
  }
  if (Atomics.compareExchange(memory.header, CLAIM, 0, 1) !== 0) {
    throw new LoopError('ERR_INGRESS_CLAIMED', 'the ingress port already has a producer; make one port for each producing thread')
  }
  return new IngressProducer(memory, transferable.wakeWord, commands)
}

function closedError(): LoopError {
  return new LoopError(
    'ERR_INGRESS_CLOSED',
    'the ingress port is closed; the loop reads what was accepted before, and nothing after',
  )
}

function int32(value: unknown, name: string): number {
  if (value === undefined) return 0
  if (typeof value !== 'number') throw mismatch(name, 'integers', value)
  if ((value | 0) !== value) throw new RangeError(`${name} takes integers of 32 bits, got ${value}`)
  return value
}

function mismatch(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${name} takes ${expected}, got ${typeof value}`)
}

function checkTimeout(timeoutMs: number | undefined): number {
  if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  if (typeof timeoutMs !== 'number') throw new TypeError(`timeoutMs must be a number, got ${typeof timeoutMs}`)
  if (!(timeoutMs >= 0 && timeoutMs <= MAX_TIMEOUT_MS))
    throw new RangeError(`timeoutMs must be from 0 to ${MAX_TIMEOUT_MS}, or Infinity, got ${timeoutMs}`)
  return timeoutMs
}
