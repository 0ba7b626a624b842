// The stream that a LOAD DATA LOCAL reads, as the driver and the server take it.
import { Readable } from 'node:stream'
import type { Writable } from 'node:stream'
import type { Change } from './client.ts'

/** Greatest piece of the stream: one packet of the protocol. As much waits for the server's first answer. */
const PIECE_BYTES = 1024 * 1024

/** One LOAD DATA LOCAL. */
export class LocalLoad {
  readonly #file: Readable
  readonly #socket: () => Writable | undefined
  readonly #result: Promise<Change>
  readonly #answered: Promise<void>
  #failure: unknown
  #isAnswered = false
  /** Ends the wait at hand: there is room, or an answer. */
  #goOn = (): void => {}

  /**
   * @param begin - sends the statement, whose file is the one given. @param socket - what the file goes through: the driver does not hold
   * a stream back while its socket is full.
   */
  constructor(begin: (file: Readable) => Promise<Change>, socket: () => Writable | undefined) {
    this.#file = new Readable({ read: () => this.#goOn(), highWaterMark: PIECE_BYTES })
    this.#socket = socket
    this.#result = begin(this.#file)
    this.#answered = this.#result
      .then(() => {})
      .catch((error: unknown) => {
        this.#failure = error // the next write hears of it, or the end
      })
      .then(() => {
        this.#isAnswered = true
        this.#goOn()
      })
  }

  /** Takes rows in the statement's format. Waits while the server is slower. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) await this.#push(bytes.subarray(at, at + PIECE_BYTES))
  }

  async end(): Promise<Change> {
    this.#file.push(null)
    return this.#result
  }

  /** Ends it; what it did is for the caller to roll back. */
  async abort(): Promise<void> {
    this.#file.push(null)
    await this.#answered // it failed, or was cancelled: whoever aborts knows
  }

  async #push(piece: Uint8Array): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    if (!this.#file.push(piece) && !this.#isAnswered) await this.#wait()
    const socket = this.#socket()
    if (socket?.writableNeedDrain !== true || this.#isAnswered) return
    const drained = this.#wait()
    const goOn = this.#goOn
    socket.once('drain', goOn)
    await drained
    socket.removeListener('drain', goOn)
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#goOn = resolve
    })
  }
}
