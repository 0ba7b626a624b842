// Strings as pino writes them.

const NODE_MAJOR = Number.parseInt(process.versions.node, 10)

/** Encodes a string or key as this version of pino does on this version of Node. */
export type StringEncoder = (text: string) => string

export function stringEncoder(pinoMajor: number, nodeMajor: number = NODE_MAJOR): StringEncoder {
  return pinoMajor >= 10 && nodeMajor >= 25 ? jsonString : pinoString
}

function jsonString(text: string): string {
  return JSON.stringify(text)
}

/**
 * Over 100 characters, or with a control character: JSON. Else only quotes and backslashes are escaped, so that a lone surrogate stays raw.
 * hot: benchmarks/logiface/four-fields
 */
function pinoString(text: string): string {
  const { length } = text
  if (length > 100) return JSON.stringify(text)
  for (let i = 0; i < length; i++) {
    const char = text.charCodeAt(i)
    if (char < 0x20 || char === 0x22 || char === 0x5c) return escaped(text, i)
  }
  return '"' + text + '"'
}

function escaped(text: string, first: number): string {
  let out = '"'
  let kept = 0
  for (let i = first; i < text.length; i++) {
    const char = text.charCodeAt(i)
    if (char < 0x20) return JSON.stringify(text)
    if (char === 0x22 || char === 0x5c) {
      out += text.slice(kept, i) + '\\'
      kept = i
    }
  }
  return out + text.slice(kept) + '"'
}
