// PGlite, of which only the members named here are used.
import type { CopyIn, PostgresConnection, TextResult, TextRow } from '../postgres/connection.ts'

interface QueryOptions {
  readonly rowMode?: 'array'
  readonly parsers?: Readonly<Record<number, (value: string, type?: number) => unknown>>
  readonly serializers?: Readonly<Record<number, (value: unknown) => string>>
  readonly blob?: Blob
}

interface Results {
  readonly rows: unknown[]
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
  readonly affectedRows?: number
  readonly blob?: Blob
}

/** The members that this package uses of a `PGlite`. */
export interface PgliteInstance {
  readonly parsers: Readonly<Record<string, unknown>>
  readonly serializers: Readonly<Record<string, unknown>>
  query(sql: string, params?: unknown[], options?: QueryOptions): Promise<Results>
  exec(sql: string): Promise<unknown>
  close(): Promise<void>
}

type TextFunctions = Readonly<Record<number, (value: unknown) => string>>

/** Every type that the instance would read or write in its own way is text instead. */
function asText(known: Readonly<Record<string, unknown>>): TextFunctions {
  return Object.fromEntries(Object.keys(known).map((oid) => [oid, String]))
}

/** Text that is handed to one COPY, in UTF-16 units: it is held in memory whole. */
const COPY_LENGTH = 4 * 1024 * 1024

/** A connection over the one session that an instance has. */
export class PgliteConnection implements PostgresConnection {
  readonly copiesAtOnce: boolean = true
  readonly #instance: PgliteInstance
  readonly #close: () => Promise<void>
  readonly #parsers: TextFunctions
  readonly #serializers: TextFunctions

  constructor(instance: PgliteInstance, close: () => Promise<void>) {
    this.#instance = instance
    this.#close = close
    this.#parsers = asText(instance.parsers)
    this.#serializers = asText(instance.serializers)
  }

  async query(sql: string, params: readonly (string | null)[] = []): Promise<TextResult> {
    const result = await this.#instance.query(sql, [...params], {
      rowMode: 'array',
      parsers: this.#parsers,
      serializers: this.#serializers,
    })
    const { fields } = result
    const rows = result.rows as TextRow[]
    return {
      columns: fields.map(({ name }) => name),
      types: fields.map(({ dataTypeID }) => dataTypeID),
      rows,
      count: rows.length,
    }
  }

  async execute(sql: string): Promise<void> {
    await this.#instance.exec(sql)
  }

  async *copyOut(sql: string): AsyncGenerator<Uint8Array, number, undefined> {
    const { blob, affectedRows } = await this.#instance.query(sql.replace(/ TO STDOUT$/, " TO '/dev/blob'"))
    if (blob !== undefined && blob.size > 0) yield new Uint8Array(await blob.arrayBuffer())
    return affectedRows ?? 0
  }

  copyIn(sql: string): CopyIn {
    const statement = sql.replace(/ FROM STDIN$/, " FROM '/dev/blob'")
    let texts: (string | Uint8Array<ArrayBuffer>)[] = []
    let length = 0
    let taken = 0
    const send = async (): Promise<void> => {
      if (texts.length === 0) return
      const blob = new Blob(texts)
      texts = []
      length = 0
      const { affectedRows } = await this.#instance.query(statement, [], { blob })
      taken += affectedRows ?? 0
    }
    return {
      write: async (text) => {
        texts.push(typeof text === 'string' ? text : Uint8Array.from(text))
        length += text.length
        if (length >= COPY_LENGTH) await send()
      },
      end: async () => {
        await send()
        return taken
      },
      abort: async () => {
        texts = []
      },
    }
  }

  async cancel(): Promise<void> {
    // a statement runs to its end on the one thread that there is
  }

  async close(): Promise<void> {
    await this.#close()
  }
}
