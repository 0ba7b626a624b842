// The thread's end of a line: everything it says goes through one ring, in order.
import { connectIngress, isLoopError } from '@loopwright/eventloop/worker'
import type { IngressProducer } from '@loopwright/eventloop/worker'
import type { MessagePort } from 'node:worker_threads'
import type { AuditRecord } from '../audit.ts'
import { JsAdapterError } from '../errors.ts'
import { ControlBlock } from './control-block.ts'
import { rebuildError, recordError } from './error-record.ts'
import { UPLINK } from './protocol.ts'
import type { LineOffer, Question, Reply, StartMessage, UplinkDefinitions, UpMessage } from './protocol.ts'
import { unpackValue } from './wire.ts'

/** Of a serialized message, at most this many bytes a record; half of the ring's payload is the most it takes. */
const PART_BYTES = 12 * 1024
/** Longest wait for room while the guest is inside: what it says is dropped and counted after that. */
const PATIENCE_MS = 20
/** The owner reads every turn of its loop: one that has not for so long has stopped. */
const LONGEST_WAIT_MS = 60_000

/** What a guest in a thread can say to its owner. */
export interface Speaker {
  write(stream: 'stdout' | 'stderr', text: string): void
  send(message: UpMessage): void
  note(message: UpMessage): void
  record(record: AuditRecord): void
  /** Blocks the thread for the owner's answer. @throws what the owner's part threw, `ERR_WORKER_REPLY` when it did not answer in time. */
  ask(question: Question): unknown
}

export class Uplink implements Speaker {
  readonly control: ControlBlock
  readonly port: MessagePort
  readonly replies: MessagePort
  readonly #producer: IngressProducer<UplinkDefinitions>
  /** Called once when the owner takes nothing more. */
  onClosed: () => void = () => {}
  #closed = false
  #lastCall = 0
  /** Those of the guest's making: the owner's loop may not run yet. */
  #records: AuditRecord[] | undefined = []
  readonly #answerMs: number

  /** @param answerMs - how long a question may take. */
  constructor({ ring, control, port, replies }: LineOffer, answerMs: number) {
    this.#answerMs = answerMs
    this.control = new ControlBlock(control)
    this.#producer = connectIngress(ring, UPLINK)
    this.port = port
    this.replies = replies
  }

  start(message: Exclude<StartMessage, { type: 'ready' }> | Omit<Extract<StartMessage, { type: 'ready' }>, 'records'>): void {
    this.port.postMessage({ ...message, records: this.#records })
    this.#records = undefined
  }
  record(record: AuditRecord): void {
    if (this.#records === undefined) this.send({ type: 'audit', record })
    else this.#records.push(record)
  }
  /** Numbers a call that the owner answers. */
  nextCall(): number {
    return ++this.#lastCall
  }
  ask(question: Question): unknown {
    const call = this.nextCall()
    return this.blockFor(call, { type: 'question', call, question }, this.#answerMs)
  }
  /** Sends `message`, and blocks the thread until the owner has answered the call that it is. */
  blockFor(call: number, message: UpMessage, timeoutMs: number): unknown {
    const { control, replies } = this
    const { receiveMessageOnPort } = process.getBuiltinModule('node:worker_threads')
    const deadlineMs = performance.now() + timeoutMs
    let seen = control.replies
    this.send(message)
    for (;;) {
      for (let received = receiveMessageOnPort(replies); received !== undefined; received = receiveMessageOnPort(replies)) {
        const reply: Reply = received.message
        if (reply.call !== call) continue // It came after its call's time; the owner was told and counts it.
        if ('value' in reply.outcome) return unpackValue(reply.outcome.value)
        throw rebuildError(reply.outcome.error)
      }
      if (this.#producer.closed)
        throw new JsAdapterError('ERR_WORKER_REPLY', 'the host takes no more calls: the guest is being ended')
      const restMs = deadlineMs - performance.now()
      if (restMs <= 0 || !control.awaitReply(seen, restMs)) {
        const error = new JsAdapterError('ERR_WORKER_REPLY', `the host did not answer in time: it may take ${timeoutMs} ms`)
        this.send({ type: 'callEnded', call, reason: recordError(error) })
        throw error
      }
      seen = control.replies
    }
  }
  /** Console output. Dropped and counted when there is no room for it in time. */
  write(stream: 'stdout' | 'stderr', text: string): void {
    for (let at = 0; at < text.length || at === 0; at += PART_BYTES / 2) {
      const part = text.slice(at, at + PART_BYTES / 2)
      this.control.countEmitted()
      if (!this.#submit(() => this.#producer.submit(stream, part), PATIENCE_MS)) this.control.countDropped()
    }
  }
  held(held: boolean): void {
    this.#required(() => this.#producer.submit('held', held ? 1 : 0))
  }
  /** What must arrive: results, host calls, the end. Waits for room. */
  send(message: UpMessage): void {
    const serialized = this.#serialized(message)
    let at = 0
    for (; serialized.length - at > PART_BYTES; at += PART_BYTES) {
      const part = serialized.subarray(at, at + PART_BYTES)
      this.#required(() => this.#producer.submit('part', part))
    }
    const last = serialized.subarray(at)
    this.#required(() => this.#producer.submit('message', last))
  }
  /** What is only told: dropped and counted, whole, when there is no room in time. */
  note(message: UpMessage): void {
    const serialized = this.#serialized(message)
    this.control.countEmitted()
    if (serialized.length > PART_BYTES || !this.#submit(() => this.#producer.submit('message', serialized), PATIENCE_MS))
      this.control.countDropped()
  }
  #serialized(message: UpMessage): Uint8Array {
    return process.getBuiltinModule('node:v8').serialize(message)
  }
  #required(submit: () => boolean): void {
    this.control.countEmitted()
    if (!this.#submit(submit, LONGEST_WAIT_MS)) this.control.countDropped()
  }
  #submit(submit: () => boolean, patienceMs: number): boolean {
    if (this.#closed) return false
    try {
      if (submit()) return true
      return this.#producer.waitWritable(patienceMs) && submit()
    } catch (error) {
      if (!isLoopError(error, 'ERR_INGRESS_CLOSED')) throw error
      this.#close()
      return false
    }
  }
  #close(): void {
    if (this.#closed) return
    this.#closed = true
    this.onClosed()
  }
  /** No more will come. */
  end(): void {
    this.#closed = true
    this.#producer.close()
    this.port.close()
    this.replies.close()
  }
}
