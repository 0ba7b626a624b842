// Content codings of responses: what was packed for the way is unpacked piece by piece, so that a bomb ends at the limit.
import type { Transform } from 'node:stream'
import { JsAdapterError } from '../errors.ts'
import { builtin } from '../platform/builtin.ts'

/** What the default transport asks for. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br'
/** More than one is rare, and each multiplies what a bomb comes to. */
const MOST_CODINGS = 2

function decoderOf(coding: string): Transform | undefined {
  const zlib = builtin('node:zlib')
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return zlib?.createGunzip()
    case 'deflate':
      return zlib?.createInflate()
    case 'br':
      return zlib?.createBrotliDecompress()
    default:
      return undefined
  }
}

/**
 * What undoes a `content-encoding`, in the order in which it is to be undone.
 * @throws JsAdapterError `ERR_FETCH_FAILED` for a coding that was not asked for.
 */
export function decodersOf(encoding: string | undefined): readonly Transform[] {
  const codings = (encoding ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity')
  if (codings.length > MOST_CODINGS)
    throw new JsAdapterError(
      'ERR_FETCH_FAILED',
      `the response has ${codings.length} content codings, at most ${MOST_CODINGS} are undone`,
    )
  return codings.toReversed().map((coding) => {
    const decoder = decoderOf(coding)
    if (decoder === undefined)
      throw new JsAdapterError('ERR_FETCH_FAILED', 'the response has a content coding that was not asked for')
    return decoder
  })
}
