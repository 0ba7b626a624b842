// The owner's end of a line: reads what the thread has said, in order and also after its death, and counts what is lost.
import type { AttachableWorker, IngressPort } from '@loopwright/eventloop'
import type { MessagePort } from 'node:worker_threads'
import { ControlBlock, createControlMemory } from './control-block.ts'
import { UPLINK } from './protocol.ts'
import type { DownMessage, LineOffer, StartMessage, UpMessage, WireOutcome } from './protocol.ts'
import type { IngressLoopLike } from './threaded-options.ts'

export interface LineHandlers {
  onStart(message: StartMessage): void
  onMessage(message: UpMessage): void
  onConsole(stream: 'stdout' | 'stderr', text: string): void
  onHeld(held: boolean): void
  /** Nothing more will come: closed here, or the thread has ended. Everything that it had said has been handled. */
  onEnd(): void
}

export interface LineSizes {
  readonly capacity: number
  readonly payloadBytes: number
}

export interface LineOptions extends LineSizes {
  /** Messages of one task arrive together, whatever the thread does meanwhile. */
  readonly together: boolean
}

export class Line {
  readonly control: ControlBlock
  readonly offer: LineOffer
  readonly #port: MessagePort
  readonly #replies: MessagePort
  readonly #ingress: IngressPort
  readonly #parts: Uint8Array[] = []
  /** What one task of the owner's has said, where the thread must get all of it at once. */
  readonly #waiting: DownMessage[] | undefined
  #received = 0

  constructor(loop: IngressLoopLike, { together, ...sizes }: LineOptions, handlers: LineHandlers) {
    this.#waiting = together ? [] : undefined
    const { MessageChannel } = process.getBuiltinModule('node:worker_threads')
    const down = new MessageChannel()
    const replies = new MessageChannel()
    const control = createControlMemory()
    this.control = new ControlBlock(control)
    this.#port = down.port1
    this.#replies = replies.port1
    this.#port.on('message', (message: StartMessage) => {
      this.#port.unref()
      handlers.onStart(message)
    })
    this.#ingress = loop.createIngress({
      commands: UPLINK,
      ...sizes,
      ref: false,
      handlers: {
        stdout: (text) => this.#count(() => handlers.onConsole('stdout', text)),
        stderr: (text) => this.#count(() => handlers.onConsole('stderr', text)),
        held: (held) => this.#count(() => handlers.onHeld(held === 1)),
        part: (bytes) => this.#count(() => this.#parts.push(bytes)),
        message: (bytes) => this.#count(() => handlers.onMessage(this.#whole(bytes))),
      },
      onClosed: () => {
        this.#port.close()
        this.#replies.close()
        handlers.onEnd()
      },
    })
    this.offer = { ring: this.#ingress.transferable, control, port: down.port2, replies: replies.port2 }
  }

  #count(handle: () => void): void {
    this.#received++
    handle()
  }
  #whole(last: Uint8Array): UpMessage {
    const bytes = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts.splice(0), last])
    return process.getBuiltinModule('node:v8').deserialize(bytes)
  }

  /** What must be transferred with the offer. */
  get transferList(): readonly MessagePort[] {
    return [this.offer.port, this.offer.replies]
  }
  send(message: DownMessage): void {
    if (this.#waiting === undefined) this.#port.postMessage([message])
    else if (this.#waiting.push(message) === 1) queueMicrotask(() => this.#flush())
  }
  #flush(): void {
    const messages = this.#waiting?.splice(0) ?? []
    if (messages.length > 0) this.#port.postMessage(messages)
  }
  /** The last message. */
  release(): void {
    this.#flush()
    this.#port.postMessage([{ type: 'release' } satisfies DownMessage])
  }
  /** Answers a call for which the thread blocks. */
  answer(call: number, outcome: WireOutcome): void {
    this.#replies.postMessage({ call, outcome })
    this.control.announceReply()
  }
  /** Ends the line when the thread has exited, after everything it had said. */
  attach(worker: AttachableWorker): void {
    this.#ingress.attach(worker)
  }
  /** Ends the line now: what was said before is still handled. */
  close(): void {
    this.#ingress.close()
    // The thread may block for an answer that will not come any more.
    this.control.announceReply()
  }
  /** Records that the thread began to hand over and that never arrived. */
  get lost(): number {
    return this.control.emitted - this.#received
  }
}
