// The text format of COPY, as PostgreSQL's documentation of COPY describes it.

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** A field of a row as its value. hot: benchmarks/sql-export/pg-sqlite-158886 */
export function unescapeField(field: string): string | null {
  if (field === '\\N') return null
  let at = field.indexOf('\\')
  if (at === -1) return field
  let value = ''
  let from = 0
  for (; at !== -1 && at + 1 < field.length; at = field.indexOf('\\', from)) {
    const letter = field[at + 1] ?? ''
    value += field.slice(from, at) + (ESCAPES[letter] ?? letter)
    from = at + 2
  }
  return value + field.slice(from)
}
