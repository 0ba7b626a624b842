// What `Image.create` takes, and its checked form.
import type { Engine } from '../engine/engine.ts'
import type { FullOption, Profile } from '../profile/profiles.ts'
import type { ConsoleSink } from '../ports.ts'
import { STUB_KINDS } from '../runtime/stubs.ts'
import type { Stub, StubKind } from '../runtime/stubs.ts'

const PATH = /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)?$/
/** The dispatcher's number of the profile's own function is 1. */
const FIRST_RAW_ID = 2

/** A host function that exists in the image; each sandbox gives it an implementation of its own. */
export interface ImageFunction {
  /** A global's name, or `namespace.member`. */
  readonly name: string
  /** Default `async`. */
  readonly kind?: StubKind | undefined
}

export interface ImageOptions {
  /** Shared compiled engine; without it the image loads its own (`ng`). */
  readonly engine?: Engine | undefined
  /** `full` (default): Node's globals. `bare`: the language alone: see `BareImageOptions`. */
  readonly profile?: 'full' | undefined
  /** Evaluated once, as a script; what it leaves behind is in every sandbox. It may leave no timer, job or tick. Default none. */
  readonly prelude?: string | undefined
  /** File name of the prelude in stacks. Default `prelude.js`. */
  readonly preludeName?: string | undefined
  /** Host functions that exist in every sandbox of this image: a name stands for an asynchronous one. Default none. */
  readonly expose?: readonly (string | ImageFunction)[] | undefined
  /** Freezes the intrinsics and the profile after the prelude. Default `false`. */
  readonly hardened?: boolean | undefined
  /** Takes `eval` and the function constructors from the guest. Only with `hardened`. Default `false`. */
  readonly noEval?: boolean | undefined
  /** Receives the console of the prelude. Default: nowhere. */
  readonly console?: ConsoleSink | undefined
  /** `process.argv` in every sandbox. Default `['js-adapter', 'script']`. */
  readonly argv?: readonly string[] | undefined
  /** `process.env` in every sandbox. Default `{}`. */
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** An image of bare guests: see `BareSandboxOptions`. */
export interface BareImageOptions extends Omit<ImageOptions, 'profile' | Extract<FullOption, keyof ImageOptions>> {
  readonly profile: 'bare'
}

/** Of either profile. */
export interface AnyImageOptions extends Omit<ImageOptions, 'profile'> {
  readonly profile?: Profile | undefined
}

/** Numbers the stubs: those of one kind of table in the order given. @throws TypeError for a name that is none, or given twice. */
export function resolveStubs(expose: ImageOptions['expose'] = []): readonly Stub[] {
  const stubs: Stub[] = []
  let lastCallId = 0
  let nextRawId = FIRST_RAW_ID
  for (const item of expose) {
    const { name: path, kind = 'async' } = typeof item === 'string' ? { name: item } : item
    if (typeof path !== 'string' || !PATH.test(path))
      throw new TypeError(`expose: "${String(path)}" is neither an identifier nor namespace.member`)
    if (!STUB_KINDS.includes(kind)) throw new TypeError(`expose: the kind of "${path}" must be one of ${STUB_KINDS.join(', ')}`)
    const space = path.split('.')[0]
    if (stubs.some((stub) => stub.path === path || stub.path === space || stub.path.startsWith(`${path}.`)))
      throw new TypeError(`expose: "${path}" is given twice`)
    stubs.push({ path, name: path.slice(path.indexOf('.') + 1), kind, id: kind === 'raw' ? nextRawId++ : ++lastCallId })
  }
  return stubs
}
