// The text format of COPY, as PostgreSQL's documentation of COPY describes it.
import type { TextRow } from './connection.ts'

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function unescapeField(field: string): string | null {
  if (field === '\\N') return null
  return field.includes('\\') ? field.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter) : field
}

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }
const NEEDS_ESCAPE = /[\\\t\n\r]/

/** A value as a field of a row. */
export function copyField(text: string): string {
  return NEEDS_ESCAPE.test(text) ? text.replace(/[\\\t\n\r]/g, (letter) => ESCAPED[letter] ?? letter) : text
}

/** Puts pieces of COPY's output together and splits them into rows. hot: benchmarks/sql-export/postgres-postgres */
export class CopyRows {
  #rest: Buffer | undefined

  /** Rows that are whole with this piece. */
  take(piece: Uint8Array): TextRow[] {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    const end = bytes.lastIndexOf(10) + 1
    if (end === 0) {
      this.#rest = this.#rest === undefined ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes])
      return []
    }
    const whole = this.#rest === undefined ? bytes.subarray(0, end) : Buffer.concat([this.#rest, bytes.subarray(0, end)])
    this.#rest = end === bytes.length ? undefined : Buffer.from(bytes.subarray(end))
    const lines = whole.toString('utf8', 0, whole.length - 1).split('\n')
    const rows = new Array<TextRow>(lines.length)
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? ''
      const row: TextRow = line.split('\t')
      if (line.includes('\\')) for (let j = 0; j < row.length; j++) row[j] = unescapeField(row[j] ?? '')
      rows[i] = row
    }
    return rows
  }

  /** Whether a row was begun and not ended. */
  get isBroken(): boolean {
    return this.#rest !== undefined
  }
}
