// Strings as JSON text without raw control characters.

const SHORT_CHARS = 40
const CONTROLS = /[\u007f-\u009f\u2028\u2029]/
const ALL_CONTROLS = /[\u007f-\u009f\u2028\u2029]/g

/**
 * The JSON text of a string. Beyond what JSON asks for, DEL, the C1 controls and the two Unicode line breaks are escaped, so
 * that no text can move a terminal's cursor or break a line. hot: benchmarks/logiface/four-fields
 */
export function quote(value: string): string {
  const length = value.length
  if (length > SHORT_CHARS) return escapeControls(JSON.stringify(value))
  for (let i = 0; i < length; i++) {
    const char = value.charCodeAt(i)
    if (char < 0x20 || char === 0x22 || char === 0x5c || char > 0x7e) return escapeControls(JSON.stringify(value))
  }
  return '"' + value + '"'
}

/** Escapes what JSON leaves raw; such characters can only be inside its strings. */
export function escapeControls(json: string): string {
  return CONTROLS.test(json)
    ? json.replace(ALL_CONTROLS, (char) => '\\u' + char.charCodeAt(0).toString(16).padStart(4, '0'))
    : json
}

/** JSON numbers; `null` for what JSON has no number for. -0 is `0`. */
export function numberText(value: number): string {
  return Number.isFinite(value) ? '' + value : 'null'
}

/**
 * The same string in one piece. V8 keeps what was joined as a tree, and walks it whenever it is written; what goes into many
 * lines is worth one copy. hot: benchmarks/logiface/child
 */
export function flat(text: string): string {
  return JSON.parse(JSON.stringify(text)) as string
}
