// An image as bytes: a line of JSON, then its pages. Checked for damage; where it came from is the caller's to know.
import { JsAdapterError } from '../errors.ts'
import type { ImageContent } from './image-content.ts'

/** Changes with the layout of these bytes, or with what `ImageContent` means. */
const FORMAT_VERSION = 1
const MAGIC = 'loopwright-image'

type Digest = (bytes: Uint8Array) => string

interface Header extends Omit<ImageContent, 'pages'> {
  readonly magic: string
  readonly formatVersion: number
  readonly pages: readonly { readonly start: number; readonly length: number }[]
  readonly pagesSha256: string
}

export function writeSavedImage({ pages, ...content }: ImageContent, digest: Digest): Uint8Array {
  const body = concat(pages.map(({ bytes }) => bytes))
  const header: Header = {
    magic: MAGIC,
    formatVersion: FORMAT_VERSION,
    ...content,
    pages: pages.map(({ start, bytes }) => ({ start, length: bytes.length })),
    pagesSha256: digest(body),
  }
  const text = JSON.stringify(header)
  const line = new TextEncoder().encode(`${digest(new TextEncoder().encode(text))} ${text}\n`)
  return concat([line, body])
}

/** @throws JsAdapterError `ERR_IMAGE_MISMATCH` for bytes that `writeSavedImage` of this version did not write. */
export function readSavedImage(saved: Uint8Array, digest: Digest): ImageContent {
  const end = saved.indexOf(0x0a)
  const line = end < 0 ? '' : new TextDecoder().decode(saved.subarray(0, end))
  const space = line.indexOf(' ')
  const text = line.slice(space + 1)
  if (space < 0 || digest(new TextEncoder().encode(text)) !== line.slice(0, space))
    throw damaged('its header is not one that this package wrote')
  // The digest says that `writeSavedImage` wrote it.
  const header: Header = JSON.parse(text)
  if (header.magic !== MAGIC || header.formatVersion !== FORMAT_VERSION)
    throw damaged(`its format is ${header.formatVersion}, here it is ${FORMAT_VERSION}`)
  const body = saved.subarray(end + 1)
  const { pagesSha256, pages, magic: _magic, formatVersion: _formatVersion, ...content } = header
  if (digest(body) !== pagesSha256) throw damaged('its pages are not those that were written')
  let at = 0
  return {
    ...content,
    pages: pages.map(({ start, length }) => {
      const bytes = body.slice(at, at + length)
      at += length
      return { start, bytes }
    }),
  }
}

function damaged(why: string): JsAdapterError {
  return new JsAdapterError('ERR_IMAGE_MISMATCH', `the saved image cannot be used: ${why}`)
}
function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
