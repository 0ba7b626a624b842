// The memory of a guest after its prelude ran, from which new guests are made by copying.
import { Engine } from '../engine/engine.ts'
import type { Substrate } from '../engine/substrate.ts'
import type { TimeSource } from '../engine/time-imports.ts'
import { JsAdapterError } from '../errors.ts'
import { sha256 } from '../platform/sha256.ts'
import { profileText } from '../profile/prelude.ts'
import { profileOf } from '../profile/profiles.ts'
import { Core } from '../runtime/core.ts'
import { collect } from '../runtime/engine-words.ts'
import { scrub } from '../runtime/scrubbing.ts'
import type { GuestState } from '../runtime/guest-state.ts'
import { harden } from '../runtime/hardening.ts'
import type { Stub } from '../runtime/stubs.ts'
import type { ImageContent, ImageIdentity } from './image-content.ts'
import { resolveStubs } from './image-options.ts'
import type { AnyImageOptions, BareImageOptions, ImageOptions } from './image-options.ts'
import { capturePages, resetPages, writePages } from './pages.ts'
import type { PageRun } from './pages.ts'
import { IMAGE_TIME_MS, QuietHost } from './quiet-host.ts'
import { assertQuiescent, coreOptions, installStubs, runPrelude } from './preparation.ts'
import { readSavedImage, writeSavedImage } from './saved-image.ts'
import { Spares } from './spares.ts'
import type { SpareKind } from './spares.ts'
import { tryImage } from './trial.ts'

/** Immutable; sandboxes and pools of one thread may share it. */
export class Image {
  readonly engine: Engine
  readonly identity: ImageIdentity
  readonly #content: ImageContent
  readonly #spares = new Spares()

  private constructor(engine: Engine, content: ImageContent) {
    this.engine = engine
    this.identity = content.identity
    this.#content = content
  }

  /**
   * Evaluates the profile and the prelude, copies the memory, and tries the copy: restored, used, reset and used again.
   * @throws Exception of the prelude, `ERR_IMAGE_NOT_QUIESCENT` when it left something to do, `ERR_ENGINE_CALIBRATION` when this
   * build cannot be copied. TypeError for a wrong option.
   */
  static create(options: ImageOptions | BareImageOptions = {}): Promise<Image> {
    return Image.make(options)
  }
  /** @internal */
  static async make(options: AnyImageOptions): Promise<Image> {
    const { prelude = '', preludeName = 'prelude.js', hardened = false, noEval = false, console } = options
    if (noEval && !hardened) throw new TypeError('noEval needs hardened: true')
    const profile = profileOf(options)
    const stubs = resolveStubs(options.expose)
    const engine = options.engine ?? (await Engine.load())
    assertCopyable(engine)
    const host = new QuietHost(console)
    const core = await Core.create({
      ...coreOptions(engine, host, profile),
      config: {
        id: 'image',
        version: 'v26.0.0',
        argv: options.argv ?? ['js-adapter', 'script'],
        env: options.env ?? {},
        createdAtMs: IMAGE_TIME_MS,
        epochMs: 0,
      },
    })
    core.polling.muted(() => installStubs(core, stubs))
    if (prelude !== '') runPrelude(core, host, prelude, preludeName)
    if (hardened) harden(core, { noEval })
    assertQuiescent(core, host)
    collect(core)
    collect(core)
    scrub(core)
    core.polling.soon() // the counter's value depends on the clock
    const { u8 } = core.instance
    const { variant } = engine
    const { wasmSha256, patchedSha256 } = engine.identity
    const image = new Image(engine, {
      identity: {
        variant,
        profile,
        wasmSha256,
        patchedSha256,
        profileSha256: sha256(profileText(profile)),
        preludeSha256: sha256(prelude),
        hardened,
      },
      stubs,
      state: core.state,
      pages: capturePages(u8, core.heapEnd),
      memoryBytes: u8.length,
    })
    await tryImage(image, coreOptions(image.engine, new QuietHost(), profile))
    return image
  }

  /**
   * Reads what `save` wrote, and tries it. A saved image is code: load it only from where you would load code.
   * @throws JsAdapterError `ERR_IMAGE_MISMATCH` when it was made by another engine build or profile, or is damaged.
   */
  static async load(bytes: Uint8Array, { engine }: { readonly engine?: Engine | undefined } = {}): Promise<Image> {
    const content = readSavedImage(bytes, sha256)
    const used = engine ?? (await Engine.load({ variant: content.identity.variant === 'bellard' ? 'bellard' : 'ng' }))
    assertCopyable(used)
    const image = new Image(used, content)
    image.assertFits(used)
    const { profile } = content.identity
    const profileSha256 = sha256(profileText(profile))
    if (content.identity.profileSha256 !== profileSha256) throw mismatch('profile', content.identity.profileSha256, profileSha256)
    await tryImage(image, coreOptions(image.engine, new QuietHost(), profile))
    return image
  }
  /** The image as bytes, for `load`. */
  save(): Uint8Array {
    return writeSavedImage(this.#content, sha256)
  }

  /** Bytes that a sandbox of this image has written before its first statement. */
  get bytes(): number {
    let sum = 0
    for (const run of this.#content.pages) sum += run.bytes.length
    return sum
  }
  /** @internal */
  get stubs(): readonly Stub[] {
    return this.#content.stubs
  }
  /** @internal */
  get state(): GuestState {
    return this.#content.state
  }
  /** @internal */
  get pages(): readonly PageRun[] {
    return this.#content.pages
  }

  /** @internal @throws `ERR_IMAGE_MISMATCH` when the engine is not the build that made this image. */
  assertFits(engine: Engine): void {
    const { identity } = this.#content
    if (engine.variant !== identity.variant) throw mismatch('engine variant', identity.variant, engine.variant)
    if (engine.identity.wasmSha256 !== identity.wasmSha256)
      throw mismatch('engine build', identity.wasmSha256, engine.identity.wasmSha256)
    if (engine.identity.patchedSha256 !== identity.patchedSha256)
      throw mismatch('patched engine', identity.patchedSha256, engine.identity.patchedSha256)
  }
  /** @internal */
  get memoryBytes(): number {
    return this.#content.memoryBytes
  }
  /** @internal A substrate that holds this image. */
  async restore(memoryMaxBytes: number, time?: TimeSource, leastBytes = 0): Promise<Substrate> {
    const { pages } = this.#content
    const memoryBytes = Math.max(this.memoryBytes, leastBytes)
    const substrate = await this.engine.createSubstrate(Math.max(memoryMaxBytes, memoryBytes), { time, memoryBytes })
    writePages(new Uint8Array(substrate.memory.buffer), pages)
    return substrate
  }
  /** @internal A substrate that was kept, and holds this image. */
  takeSpare(memoryMaxBytes: number, time?: TimeSource): Substrate | undefined {
    return this.#spares.take(kindOf(memoryMaxBytes, time))
  }
  /**
   * @internal Resets a substrate that nobody uses any more, and keeps it for the next sandbox; one that has grown is dropped, as is one
   * too many.
   */
  keepSpare(substrate: Substrate, memoryMaxBytes: number, time?: TimeSource): void {
    const kind = kindOf(memoryMaxBytes, time)
    if (!this.#spares.hasRoomFor(kind) || substrate.memory.buffer.byteLength > this.#content.memoryBytes) return
    substrate.detach()
    this.reset(substrate)
    this.#spares.keep(substrate, kind)
  }
  /** @internal Makes a used substrate hold this image and nothing else. */
  reset(substrate: Substrate): void {
    const memory = new Uint8Array(substrate.memory.buffer)
    const { breakWord } = this.engine.calibration
    const end = breakWord === undefined ? memory.length : new DataView(memory.buffer).getUint32(breakWord * 4, true)
    resetPages(memory, this.#content.pages, end)
  }
}

function kindOf(memoryMaxBytes: number, time: TimeSource | undefined): SpareKind {
  return { memoryMaxBytes, givenTime: time !== undefined, keepsZone: time?.keepsZone === true }
}
function mismatch(what: string, made: string, here: string): JsAdapterError {
  return new JsAdapterError('ERR_IMAGE_MISMATCH', `the image was made with another ${what}: ${made}, here it is ${here}`, {
    context: { made, here },
  })
}

/** A build is copied only if all of its state is known to be copied or renewed. */
function assertCopyable(engine: Engine): void {
  const { mutableGlobals } = engine.identity
  const reasons = [
    mutableGlobals === 1 ? '' : `it has ${String(mutableGlobals)} globals that can change, one is expected`,
    engine.capabilities.reseed ? '' : 'the state of Math.random could not be found',
    engine.calibration.collectOffset === undefined ? 'its collector could not be reached' : '',
  ].filter((reason) => reason !== '')
  if (reasons.length > 0)
    throw new JsAdapterError('ERR_ENGINE_CALIBRATION', `the engine "${engine.variant}" cannot be copied: ${reasons.join('; ')}`, {
      context: { notes: engine.notes },
    })
}
