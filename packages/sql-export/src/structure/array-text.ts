// PostgreSQL's text of an array, and what it stands for.

/** An element, or an array of them: arrays of PostgreSQL have any number of dimensions. */
export type ArrayOf<T> = readonly (T | null | ArrayOf<T>)[]

const PLAIN = /[^{},"\\]*/y
const QUOTED = /"((?:[^"\\]|\\[\s\S])*)"/y

/**
 * Reads `{1,NULL,"a b"}`.
 * @param read - makes an element of its text, without quotes.
 * @returns `undefined` for what is no array, and for one whose bounds are written out (`[0:1]={1,2}`): they would be lost.
 */
export function parseArray<T>(text: string, read: (element: string) => T): ArrayOf<T> | undefined {
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at += match[0].length
    return match
  }
  const element = (): T | null | ArrayOf<T> | undefined => {
    if (text[at] === '{') return list()
    const quoted = take(QUOTED)
    if (quoted !== null) return read((quoted[1] ?? '').replaceAll(/\\([\s\S])/g, '$1'))
    const [plain = ''] = take(PLAIN) ?? []
    if (plain === '') return undefined
    return plain === 'NULL' ? null : read(plain)
  }
  const list = (): ArrayOf<T> | undefined => {
    at++
    const elements: (T | null | ArrayOf<T>)[] = []
    if (text[at] === '}') {
      at++
      return elements
    }
    for (;;) {
      const next = element()
      if (next === undefined) return undefined
      elements.push(next)
      const end = text[at++]
      if (end === '}') return elements
      if (end !== ',') return undefined
    }
  }
  if (text[0] !== '{') return undefined
  const parsed = list()
  return at === text.length ? parsed : undefined
}

/** Writes an array so that `parseArray`, and the server, read the same. @param write - an element's text. */
export function formatArray<T>(elements: ArrayOf<T>, write: (element: T) => string): string {
  const one = (element: T | null | ArrayOf<T>): string => {
    if (element === null) return 'NULL'
    if (Array.isArray(element)) return formatArray<T>(element as ArrayOf<T>, write)
    const text = write(element as T)
    return /^[\w.+:-]+$/.test(text) && text.toUpperCase() !== 'NULL' ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
  }
  return `{${elements.map(one).join(',')}}`
}
