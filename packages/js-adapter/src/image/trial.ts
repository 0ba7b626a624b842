// Tries an image before anyone relies on it: restored, used, reset and used again, with every byte compared.
import { JsAdapterError } from '../errors.ts'
import { Core } from '../runtime/core.ts'
import type { Engine } from '../engine/engine.ts'
import type { Substrate } from '../engine/substrate.ts'
import type { CoreOptions } from '../runtime/core.ts'
import type { GuestState } from '../runtime/guest-state.ts'
import { findDifference } from './pages.ts'
import type { PageRun } from './pages.ts'

/** What a trial uses of an image. */
export interface TriedImage {
  readonly engine: Engine
  readonly state: GuestState
  readonly pages: readonly PageRun[]
  restore(memoryMaxBytes: number): Promise<Substrate>
  reset(substrate: Substrate): void
}

/** Leaves objects, text, a large buffer and a job behind; the answer is that of a working engine. */
const PROBE = `(() => {
  const kept = []
  for (let i = 0; i < 2000; i++) kept.push({ i, text: 'trial ' + i })
  const large = new Uint8Array(400000).fill(165)
  Promise.resolve(large).then((bytes) => { kept.push(bytes) })
  return kept.reduce((sum, { i }) => sum + i, 0) + large.length
})()`
const PROBE_ANSWER = 2_399_000

/** @throws JsAdapterError `ERR_ENGINE_CALIBRATION` that says what did not hold. */
export async function tryImage(image: TriedImage, options: CoreOptions): Promise<void> {
  const substrate = await image.restore(options.limits.memoryMaxBytes)
  const memory = (): Uint8Array => new Uint8Array(substrate.memory.buffer)
  compare(memory(), image.pages, 'a restored memory')
  for (const when of ['restored', 'reset']) {
    const core = Core.resume(options, substrate, image.state)
    let answer = Number.NaN
    const { error } = core.hardLimit.enter('trial', () => {
      const result = core.marshal.checked(core.evaluate(PROBE, 'trial'))
      answer = core.marshal.readNumber(result)
      core.marshal.free(result)
    })
    if (error !== undefined || answer !== PROBE_ANSWER)
      throw refused(`a ${when} guest answered ${answer}, expected ${PROBE_ANSWER}`, error)
    core.instance.revoke(new JsAdapterError('ERR_LEASE_ENDED', 'the trial is over'))
    image.reset(substrate)
    compare(memory(), image.pages, 'a memory that was reset')
  }
}

function compare(memory: Uint8Array, pages: readonly PageRun[], what: string): void {
  const at = findDifference(memory, pages)
  if (at >= 0) throw refused(`${what} differs from its image at byte ${at}`)
}
function refused(why: string, cause?: unknown): JsAdapterError {
  return new JsAdapterError('ERR_ENGINE_CALIBRATION', `images of this engine build cannot be used: ${why}`, { cause })
}
