// The text format of COPY, as PostgreSQL's documentation of COPY describes it.

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

/** A field of a row as its value. */
export function unescapeField(field: string): string | null {
  if (field === '\\N') return null
  return field.includes('\\') ? field.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter) : field
}
