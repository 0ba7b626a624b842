// Values between two threads: as they are where structured clone keeps all of them, else as the text in which values enter a guest.
import { JsAdapterError } from '../errors.ts'
import { decodeText, describeOpaque, encodeValue } from '../values/codec.ts'
import { viewKindOf } from '../values/view-kinds.ts'
import { GuestError, GuestOpaque, GuestRegExp, GuestSymbol } from '../values/guest-values.ts'

/** What stands for a value that no text holds. */
type Outline =
  | { readonly form: 'symbol'; readonly description: string | undefined }
  | { readonly form: 'regexp'; readonly source: string; readonly flags: string }
  | { readonly form: 'opaque'; readonly kind: string; readonly description: string }

export type WireValue =
  | { readonly plain: unknown }
  | {
      readonly text: string
      readonly bytes: readonly Uint8Array[]
      readonly outlines: readonly Outline[]
    }

/** Newer than structured clone: as bytes and kind it arrives whatever the V8 at either end knows. */
const NOT_CLONED = 'Float16Array'

/**
 * Structured clone walks by recursion, in the order of members: a chain of ten thousand objects, which a guest makes in a line, ends the
 * stack of whoever reads it. So few are never too deep; more travel as text, which is walked without recursion.
 */
const MOST_PLAIN_OBJECTS = 500

function isBare(value: object): boolean {
  return value instanceof Date || value instanceof RegExp || value instanceof ArrayBuffer
}

/** Whether structured clone gives the same value, but for identity. Looks at own enumerable members; accessors are read again later. */
function isPlain(root: unknown): boolean {
  const queue: unknown[] = [root]
  const seen = new Set<object>()
  for (let at = 0; at < queue.length; at++) {
    const value = queue[at]
    if (typeof value === 'symbol' || typeof value === 'function') return false
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    if (seen.size > MOST_PLAIN_OBJECTS) return false
    if (Array.isArray(value)) for (let index = 0; index < value.length; index++) queue.push(value[index])
    else if (Object.getPrototypeOf(value) === Object.prototype)
      for (const key of Object.keys(value)) {
        // Structured clone assigns this one, which makes it the prototype.
        if (key === '__proto__') return false
        queue.push(Reflect.get(value, key))
      }
    else if (value instanceof Map) for (const [key, item] of value) queue.push(key, item)
    else if (value instanceof Set) for (const item of value) queue.push(item)
    else if (ArrayBuffer.isView(value)) {
      const kind = viewKindOf(value)
      if (kind === undefined || kind === NOT_CLONED) return false
      // A view carries its whole buffer, more than the value is.
      if (value.byteLength !== value.buffer.byteLength) return false
    } else if (!isBare(value)) return false
  }
  return true
}

/**
 * Makes a value ready to be posted.
 * @throws JsAdapterError `ERR_WORKER_VALUE` for a function or an object of a class, which no thread can share, `ERR_VALUE_UNSUPPORTED` for
 * the rest that has no guest form. Both name the path.
 */
export function packValue(value: unknown): WireValue {
  if (isPlain(value)) return { plain: value }
  const bytes: Uint8Array[] = []
  const outlines: Outline[] = []
  const text = encodeValue(value, {
    bytes: (given) => bytes.push(given.slice()) - 1,
    opaque: (item) => {
      const outline = outlineOf(item)
      if (outline === undefined) {
        if (isShareless(item))
          throw new JsAdapterError(
            'ERR_WORKER_VALUE',
            `a ${typeof item === 'function' ? 'function' : 'host object'} cannot be passed to a guest in another thread: expose a function, or pass a plain copy`,
          )
        return undefined
      }
      return outlines.push(outline) - 1
    },
    wholeErrors: true,
    errorFrames: (error) => (error instanceof GuestError ? [frameText(error), error.partial] : ['', false]),
  })
  return { text, bytes, outlines }
}

/** Packs what may be a guest's value; what has no form is described. */
export function packSafely(value: unknown): WireValue {
  try {
    return packValue(value)
  } catch (error) {
    return { plain: error instanceof Error ? error.message : 'a value that cannot be passed on' }
  }
}

/** Functions, and instances of classes that are the host's own. */
function isShareless(value: object | symbol): boolean {
  if (typeof value === 'function') return true
  if (typeof value !== 'object') return false
  const tag = Object.prototype.toString.call(value)
  return tag === '[object Object]'
}

function outlineOf(value: object | symbol): Outline | undefined {
  if (typeof value === 'symbol') return { form: 'symbol', description: value.description }
  if (value instanceof GuestSymbol) return { form: 'symbol', description: value.description }
  if (value instanceof GuestRegExp) return { form: 'regexp', source: value.source, flags: value.flags }
  if (value instanceof GuestOpaque) return { form: 'opaque', kind: value.kind, description: value.description }
  return undefined
}

/** The guest's frames without the header that `GuestError` puts before them. */
function frameText(error: GuestError): string {
  const text = String(error.stack)
  const header = error.name === '' ? error.message : error.message === '' ? error.name : `${error.name}: ${error.message}`
  return text.startsWith(`${header}\n`) ? text.slice(header.length + 1) : text
}

/** The value again. */
export function unpackValue(wire: WireValue): unknown {
  if ('plain' in wire) return wire.plain
  const { text, bytes, outlines } = wire
  return decodeText(text, {
    bytes: (reference) => {
      const given = bytes[reference] ?? new Uint8Array()
      return given.slice().buffer
    },
    opaque: (reference) => inlineOf(outlines[reference]),
  })
}

function inlineOf(outline: Outline | undefined): unknown {
  if (outline === undefined) return undefined
  switch (outline.form) {
    case 'symbol':
      return new GuestSymbol(outline.description)
    case 'regexp':
      return new GuestRegExp(outline.source, outline.flags)
    case 'opaque':
      return describeOpaque(outline.kind, outline.description)
    default:
      return outline satisfies never
  }
}
