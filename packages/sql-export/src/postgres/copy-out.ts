// COPY … TO STDOUT over a connection of `pg`: rows are taken out of the socket's own buffers, many at a time.

// Codes and header of a message, as PostgreSQL's documentation of its protocol describes them.
const COPY_DATA = 100
const READY_FOR_QUERY = 90
const HEADER_BYTES = 5
/** Bytes that wait to be taken before the socket is paused. */
const MOST_WAITING_BYTES = 256 * 1024

type Listener = (bytes: Buffer) => void

interface Socket {
  listeners(event: 'data'): unknown[]
  on(event: 'data', listener: Listener): unknown
  off(event: 'data', listener: Listener): unknown
  pause(): unknown
  resume(): unknown
}

/** The members of a connection of `pg` that are used here. */
interface Wire {
  readonly stream: Socket
  query(sql: string): void
}

/** Who reads a connection's socket: nobody but the parser of `pg`, else `undefined`. */
function parserOf(wire: unknown): Listener | undefined {
  const socket: unknown = typeof wire === 'object' && wire !== null ? Reflect.get(wire, 'stream') : undefined
  if (typeof socket !== 'object' || socket === null || typeof Reflect.get(socket, 'listeners') !== 'function') return undefined
  const listeners = (socket as Socket).listeners('data')
  return listeners.length === 1 ? (listeners[0] as Listener) : undefined
}

/** Whether a client of `pg` reads its socket in the way that is known here. One over libpq, for example, does not. */
export function hasWire(client: object): boolean {
  return parserOf(Reflect.get(client, 'connection')) !== undefined
}

/**
 * A statement that a client of `pg` runs. It reads the socket in place of the parser of `pg`, which makes two objects for each row, and
 * hands it all messages but those with rows. hot: benchmarks/sql-export/shop-158886-pg-pg
 */
export class CopyOut {
  /** Called by `pg`'s own limit of time. */
  callback: ((error?: unknown) => void) | undefined
  readonly #sql: string
  #socket: Socket | undefined
  #parser: Listener = () => {}
  readonly #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #isPaused = false
  #isLeft = false
  /** The beginning of a message that has not come whole. */
  #begun: Buffer[] = []
  #begunBytes = 0
  #wantedBytes = 0
  #count = 0
  #hasEnded = false
  #failure: { readonly error: unknown } | undefined
  #wake = (): void => {}

  constructor(sql: string) {
    this.#sql = sql
  }

  /** The rows as they come, some whole ones at a time. @returns the server's count. */
  async *pieces(): AsyncGenerator<Uint8Array, number, undefined> {
    for (;;) {
      const piece = this.#waiting.shift()
      if (piece !== undefined) {
        this.#waitingBytes -= piece.length
        if (this.#isPaused && this.#waitingBytes < MOST_WAITING_BYTES) this.#goOn()
        yield piece
      } else if (this.#failure !== undefined) throw this.#failure.error
      else if (this.#hasEnded) return this.#count
      else await this.#change()
    }
  }

  /** Lets go of what has not been taken, and waits for the end. */
  async leave(): Promise<void> {
    this.#isLeft = true
    this.#waiting.length = 0
    this.#waitingBytes = 0
    if (this.#isPaused) this.#goOn()
    while (!this.#hasEnded && this.#failure === undefined) await this.#change()
  }

  /** For `pg`. @returns what keeps the statement from being sent. */
  submit(wire: Wire): Error | undefined {
    const parser = parserOf(wire)
    if (parser === undefined) return new Error('the socket is read by others')
    this.#socket = wire.stream
    this.#parser = parser
    this.#socket.on('data', this.#read) // before the other goes: a socket that nobody listens to could stop
    this.#socket.off('data', parser)
    wire.query(this.#sql)
    return undefined
  }

  /** For `pg`: the server refused the statement, or the connection was lost. */
  handleError(error: unknown): void {
    this.#failure ??= { error }
    this.#finish(error)
  }

  /** For `pg`. */
  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#count = Number(/^COPY (\d+)$/.exec(text)?.[1] ?? Number.NaN)
  }

  /** For `pg`. */
  handleReadyForQuery(): void {
    this.#hasEnded = true
    this.#finish(undefined)
  }

  #finish(error: unknown): void {
    this.callback?.(error)
    this.#wake()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #goOn(): void {
    this.#isPaused = false
    this.#socket?.resume()
  }

  readonly #read = (chunk: Buffer): void => {
    const bytes = this.#joined(chunk)
    if (bytes === undefined) return
    let at = 0
    /** Rows are moved together, over the headers of their messages. */
    let end = 0
    while (at + HEADER_BYTES <= bytes.length) {
      const next = at + 1 + bytes.readUInt32BE(at + 1)
      if (next > bytes.length) break
      if (bytes[at] === READY_FOR_QUERY) {
        this.#give(bytes, end)
        this.#release(bytes.subarray(at))
        return
      }
      if (bytes[at] === COPY_DATA) {
        const from = at + HEADER_BYTES
        if (end !== from) bytes.copyWithin(end, from, next)
        end += next - from
      } else this.#parser(Buffer.from(bytes.subarray(at, next))) // which may keep it
      at = next
    }
    if (at < bytes.length) this.#keep(bytes, at)
    this.#give(bytes, end)
  }

  /** What has come and not been read, once a message in it is whole. */
  #joined(chunk: Buffer): Buffer | undefined {
    if (this.#begunBytes === 0) return chunk
    this.#begun.push(chunk)
    this.#begunBytes += chunk.length
    if (this.#begunBytes < this.#wantedBytes) return undefined
    const bytes = Buffer.concat(this.#begun, this.#begunBytes)
    this.#begun = []
    this.#begunBytes = 0
    return bytes
  }

  #keep(bytes: Buffer, at: number): void {
    const rest = Buffer.from(bytes.subarray(at)) // what is before it belongs to whoever takes the rows
    this.#begun = [rest]
    this.#begunBytes = rest.length
    this.#wantedBytes = rest.length < HEADER_BYTES ? HEADER_BYTES : 1 + rest.readUInt32BE(1)
  }

  #give(bytes: Buffer, end: number): void {
    if (end === 0 || this.#isLeft) return
    this.#waiting.push(bytes.subarray(0, end))
    this.#waitingBytes += end
    if (this.#waitingBytes >= MOST_WAITING_BYTES && !this.#isPaused) {
      this.#isPaused = true
      this.#socket?.pause()
    }
    this.#wake()
  }

  /** The next statement is read by `pg` again, or by another of these. */
  #release(rest: Buffer): void {
    if (this.#isPaused) this.#goOn()
    this.#socket?.on('data', this.#parser)
    this.#socket?.off('data', this.#read)
    this.#parser(rest)
  }
}
