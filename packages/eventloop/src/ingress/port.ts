// The consuming half of one ingress port: reads its ring, calls its handlers, and knows how it ended.
import { LoopError } from '../errors.ts'
import { decodePayload } from './codec.ts'
import { kindFits } from './commands.ts'
import type { CommandKind } from './commands.ts'
import { COMMAND_MASK, KIND_CONTROL, KIND_FIXED, KIND_FLOAT, KIND_SHIFT, KIND_VOID } from './layout.ts'
import type { IngressEnd, IngressEndReason } from './end.ts'
import type { IngressTransferable } from './layout.ts'
import { createRingMemory } from './ring-memory.ts'
import type { RingMemory } from './ring-memory.ts'
import { RingReader } from './ring-reader.ts'
import type { ResolvedIngressOptions } from './options.ts'

/** The members of a `worker_threads` Worker that {@link IngressPort.attach} reads. */
export interface AttachableWorker {
  /** -1 once it has exited. */
  readonly threadId: number
  once(event: 'exit', listener: () => void): unknown
  off(event: 'exit', listener: () => void): unknown
}

/**
 * One intake of records from one producing thread. Whoever makes it must end it: by {@link close}, by attaching it to a
 * worker, or by ending the loop.
 */
export interface IngressPort extends Disposable {
  /** Pass this to the producing thread by `postMessage` or `workerData`, for `connectIngress`. */
  readonly transferable: IngressTransferable
  /** Records that reached a handler so far. */
  readonly received: number
  /** Whether the producer is refused. Records accepted before may still be on their way to the handlers. */
  readonly closed: boolean
  /** Ends the port when the worker exits, however it does, after reading what it had published. One worker a port. */
  attach(worker: AttachableWorker): void
  /** Refuses the producer from now on; every record accepted before is still read. Idempotent. */
  close(): void
  /** Lets an open port keep the loop alive, as it does from the start. */
  ref(): void
  unref(): void
}

type Handler = (first: unknown, second?: unknown) => void

/** What a port tells the set of ports that it belongs to. */
export interface PortOwner {
  /** Something is to be done that no producer has notified of. */
  requestTurn(): void
  /** Carries out a request of the producer. */
  control(command: number, value: number, list: Float64Array | undefined): void
  /** Told when the ref state or the end of a port changed what keeps the loop alive. */
  livenessChanged(): void
}

/** @internal hot: benchmarks/eventloop/ingress-fixed */
export class RingPort implements IngressPort {
  readonly transferable: IngressTransferable
  readonly #owner: PortOwner
  readonly #memory: RingMemory
  readonly #reader: RingReader
  readonly #names: readonly string[]
  readonly #kinds: readonly CommandKind[]
  #handlers: readonly Handler[]
  #onClosed: ((end: IngressEnd) => void) | undefined
  readonly #control: PortOwner['control']
  #received = 0
  #isRef: boolean
  #reason: IngressEndReason | undefined
  /** Set when shared memory turned out to be corrupt, until it was thrown to the loop once. */
  #fault: LoopError | undefined
  #worker: AttachableWorker | undefined
  readonly #onExit = (): void => this.end('exit')
  /** Records of the present turn that are still to be read. */
  pending = 0
  /** Whether everything is over: closed, read, and told. */
  finished = false

  constructor(owner: PortOwner, wakeWord: Int32Array, options: ResolvedIngressOptions, startIndex: number) {
    this.#owner = owner
    this.#memory = createRingMemory(options, options.commands.hash, startIndex)
    this.#reader = new RingReader(this.#memory)
    this.transferable = Object.freeze({ ring: this.#memory.buffer, wakeWord })
    this.#names = options.commands.names
    this.#kinds = options.commands.kinds
    this.#handlers = handlersOf(options)
    this.#onClosed = options.onClosed
    this.#control = (command, value, list) => this.#owner.control(command, value, list)
    this.#isRef = options.ref
  }

  get received(): number {
    return this.#received
  }

  get closed(): boolean {
    return this.finished || this.#reason !== undefined || this.#reader.closed
  }

  get isRef(): boolean {
    return this.#isRef
  }

  ref(): void {
    this.#setRef(true)
  }

  unref(): void {
    this.#setRef(false)
  }

  #setRef(ref: boolean): void {
    if (this.#isRef === ref) return
    this.#isRef = ref
    if (!this.finished) this.#owner.livenessChanged()
  }

  attach(worker: AttachableWorker): void {
    if (this.#worker !== undefined)
      throw new TypeError('the ingress port is already attached to a worker; make one port for each')
    if (this.closed) return
    if (worker.threadId === -1) {
      this.end('exit')
      return
    }
    this.#worker = worker
    worker.once('exit', this.#onExit)
  }

  close(): void {
    this.end('close')
  }

  [Symbol.dispose](): void {
    this.end('close')
  }

  /** Closes the ring for `reason`; the first reason stays. */
  end(reason: IngressEndReason): void {
    if (this.#reason !== undefined || this.finished) return
    this.#reason = this.#reader.closed ? 'producer' : reason
    this.#reader.close()
    this.#owner.requestTurn()
  }

  /** Callbacks that wait: records, and the end that was not told yet. Looks at the tail. */
  get waiting(): number {
    if (this.finished) return 0
    const records = this.count()
    return this.closed ? records + 1 : records
  }

  /** Whether there is anything for the external phase. */
  hasWork(): boolean {
    return this.waiting > 0
  }

  /** Records that wait in the ring. A corrupt ring holds none; its fault is thrown by the next {@link runNext}. */
  count(): number {
    if (this.finished || this.#fault !== undefined || this.#reason === 'protocol') return 0
    try {
      return this.#reader.count()
    } catch (error) {
      this.#corrupt(error as LoopError)
      return 0
    }
  }

  #corrupt(fault: LoopError): void {
    this.#fault = fault
    this.#reason = 'protocol'
    this.pending = 0
    this.#reader.close()
  }

  /** The fault is thrown once, as a callback of its own; the end is told by the next. */
  #takeFault(): LoopError | undefined {
    const fault = this.#fault
    this.#fault = undefined
    return fault
  }

  /** Carries out control records that were published since the last look. */
  scanControls(): void {
    if (this.finished || this.#reason === 'protocol') return
    try {
      this.#reader.scanControls(this.#control)
    } catch (error) {
      this.#corrupt(error as LoopError)
    }
  }

  /** Takes the snapshot of a turn. @returns whether {@link runNext} has anything to do. */
  open(): boolean {
    this.pending = this.count()
    return this.pending > 0 || (!this.finished && this.closed)
  }

  /**
   * Takes one record and calls its handler; with none left of a closed ring, tells its end. Throws what the handler throws,
   * and `ERR_INGRESS_PROTOCOL` once for a corrupt ring.
   */
  runNext(): void {
    if (this.pending === 0) {
      if (this.#fault !== undefined) throw this.#takeFault()
      this.#finish()
      return
    }
    this.pending--
    const reader = this.#reader
    const word = reader.word
    const kind = word >>> KIND_SHIFT
    const command = word & COMMAND_MASK
    if (kind === KIND_FIXED && this.#kinds[command] === 'fixed') {
      const first = reader.first
      const second = reader.second
      reader.advance()
      this.#received++
      ;(this.#handlers[command] as Handler)(first, second)
      return
    }
    this.#runOther(kind, command)
  }

  #runOther(kind: number, command: number): void {
    if (kind === KIND_CONTROL) {
      this.scanControls()
      if (this.#fault !== undefined) throw this.#takeFault()
      this.#skip()
    } else if (kind === KIND_VOID) this.#skip()
    else {
      const declared = this.#kinds[command]
      if (declared === undefined || !kindFits(declared, kind)) {
        this.#corrupt(
          new LoopError(
            'ERR_INGRESS_PROTOCOL',
            `an ingress record has command ${command} of kind ${kind}, which its port does not know; the port was closed`,
          ),
        )
        throw this.#takeFault()
      } else if (kind === KIND_FLOAT) {
        const value = this.#reader.float
        this.#reader.advance()
        this.#call(command, value)
      } else this.#call(command, this.#decode(kind))
    }
  }

  #call(command: number, value: unknown): void {
    this.#received++
    ;(this.#handlers[command] as Handler)(value)
  }

  #decode(kind: number): unknown {
    const reader = this.#reader
    const length = this.#length()
    const offset = reader.offset
    try {
      return decodePayload(this.#memory.payload, kind, offset, length)
    } finally {
      reader.advancePayload(length)
    }
  }

  #skip(): void {
    if (this.#reader.hasPayload) this.#reader.advancePayload(this.#length())
    else this.#reader.advance()
  }

  #length(): number {
    try {
      return this.#reader.length
    } catch (error) {
      this.#corrupt(error as LoopError)
      throw this.#takeFault()
    }
  }

  /** Ends a turn's reading: gives back what was read. */
  endTurn(): void {
    this.pending = 0
    if (!this.finished) this.#reader.publish()
  }

  /** The command of the next record, for diagnostics. */
  get label(): string | undefined {
    return this.pending === 0 ? undefined : this.#names[this.#reader.word & COMMAND_MASK]
  }

  /** @returns `false` if a record came first: then the ring is as it was. See L-18. */
  tryCloseEmpty(): boolean {
    return this.#reader.tryCloseEmpty()
  }

  reopen(): void {
    this.#reader.reopen()
  }

  /** Drops everything that waits. @returns how many records that were. */
  discard(): number {
    this.end('shutdown')
    const dropped = this.count()
    this.#release()
    return dropped
  }

  #finish(): void {
    if (this.count() > 0) return
    const end = { reason: this.#reason ?? 'producer', received: this.#received } as const
    const onClosed = this.#onClosed
    this.#release()
    onClosed?.(end)
  }

  /** Lets go of everything the user handed over, so that a closed port keeps nothing alive. */
  #release(): void {
    this.finished = true
    this.pending = 0
    this.#fault = undefined
    this.#reader.publish()
    this.#handlers = []
    this.#onClosed = undefined
    this.#worker?.off('exit', this.#onExit)
    this.#worker = undefined
    this.#owner.livenessChanged()
  }
}

/** Apart from the constructor, whose other functions would keep what is captured here for as long as the port. */
function handlersOf({ commands, handlers }: ResolvedIngressOptions): readonly Handler[] {
  return commands.names.map((name) => handlers[name] as Handler)
}
