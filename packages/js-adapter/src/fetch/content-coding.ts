// Content codings of responses: what was packed for the way is unpacked piece by piece, so that a bomb ends at the limit.
import type { Transform } from 'node:stream'
import { JsAdapterError } from '../errors.ts'
import { builtin } from '../platform/builtin.ts'
import { tooLarge } from './transport.ts'

/** What the default transport asks for. */
export const ACCEPTED_CODINGS = 'gzip, deflate, br'
/** More than one is rare, and each multiplies what a bomb comes to. */
const MOST_CODINGS = 2
/** What content may be more of while it is packed: a coding that was flushed often is larger than what it holds. */
const PACKED_SHARE = 2
const PACKED_BYTES = 64 * 1024

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

/** Passes on what it gets, up to a limit: a packed stream that never comes to any content would otherwise have no end. */
function bounded(most: number): Transform | undefined {
  const stream = builtin('node:stream')
  let bytes = 0
  return (
    stream &&
    new stream.Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        bytes += chunk.length
        if (bytes > PACKED_SHARE * most + PACKED_BYTES) done(tooLarge(most))
        else done(null, chunk)
      },
    })
  )
}

/**
 * What undoes a `content-encoding`, in the order in which it is to be undone, each after a bound on what goes into it.
 * @param most - bytes of the content that are wanted.
 * @throws JsAdapterError `ERR_FETCH_FAILED` for a coding that was not asked for.
 */
export function decodersOf(encoding: string | undefined, most: number): readonly Transform[] {
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
  return codings.toReversed().flatMap((coding) => {
    const bound = bounded(most)
    const decoder = decoderOf(coding)
    if (bound === undefined || decoder === undefined)
      throw new JsAdapterError('ERR_FETCH_FAILED', 'the response has a content coding that was not asked for')
    return [bound, decoder]
  })
}
