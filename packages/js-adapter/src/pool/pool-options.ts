// What `SandboxPool.create` takes, and its checked form.
import type { Engine } from '../engine/engine.ts'
import type { Image } from '../image/image.ts'
import type { ImageOptions } from '../image/image-options.ts'
import type { FullOption, Profile } from '../profile/profiles.ts'
import type { BareSandboxOptions } from '../sandbox/bare-options.ts'
import type { AnySandboxOptions } from '../sandbox/options.ts'

/** Given to every sandbox of the pool, besides what the pool itself takes. */
type TenantOptions = Omit<AnySandboxOptions, 'profile' | NotOfTenants>
type NotOfTenants = 'engine' | 'image' | 'hardened' | 'noEval' | 'argv' | 'env' | 'id' | 'tenant' | 'lifecycle'

export interface PoolOptions extends TenantOptions {
  /** `full` (default) or `bare`: see `BarePoolOptions`. An image fixes it. */
  readonly profile?: 'full' | undefined
  /** What the sandboxes are copies of. Without it the pool makes one of `engine`, `prelude`, `expose`, `hardened`, `noEval`. */
  readonly image?: Image | undefined
  readonly engine?: Engine | undefined
  readonly prelude?: string | undefined
  readonly expose?: ImageOptions['expose']
  readonly hardened?: boolean | undefined
  readonly noEval?: boolean | undefined
  /** Sandboxes at a time, leased and ready together. 1 to 10 000. Default 4. */
  readonly size?: number | undefined
  /** Callers of `acquire` that may wait. 0 to 2^31-1. Default 1000. */
  readonly maxQueue?: number | undefined
  /** Milliseconds that one of them may wait. 1 to 2^31-1, `Infinity`: off. Default off. */
  readonly acquireTimeoutMs?: number | undefined
  /** Leases after which an instance is replaced. 1 to 2^31-1, `Infinity`: off. Default off. */
  readonly maxUses?: number | undefined
  /** Size of the WebAssembly memory, which never shrinks, above which an instance is replaced. Default 32 MiB. */
  readonly recycleBelowBytes?: number | undefined
}

/** A pool of bare sandboxes: see `BareSandboxOptions`. */
export interface BarePoolOptions
  extends Omit<PoolOptions, 'profile' | 'limits' | 'modules' | FullOption>,
    Pick<BareSandboxOptions, 'profile' | 'limits' | 'modules'> {}

/** Of either profile. */
export interface AnyPoolOptions extends Omit<PoolOptions, 'profile'> {
  readonly profile?: Profile | undefined
}

export interface ResolvedPoolOptions {
  readonly size: number
  readonly maxQueue: number
  readonly acquireTimeoutMs: number
  readonly maxUses: number
  readonly recycleBelowBytes: number
  /** For `Sandbox`. */
  readonly tenant: TenantOptions & Pick<AnyPoolOptions, 'profile'>
}

const INT_MAX = 2 ** 31 - 1
const INF = Number.POSITIVE_INFINITY
const RECYCLE_BELOW_BYTES = 32 * 1024 * 1024

function checked(name: string, value: number, min: number, max: number, infinite = false): number {
  if (infinite && value === INF) return value
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} must be an integer from ${min} to ${max}${infinite ? ' or Infinity' : ''}, got ${value}`)
  return value
}

/** @throws RangeError or TypeError that names the member, its value and its range. */
export function resolvePoolOptions(options: AnyPoolOptions): ResolvedPoolOptions {
  const {
    image,
    engine,
    prelude,
    expose,
    hardened,
    noEval,
    size,
    maxQueue,
    acquireTimeoutMs,
    maxUses,
    recycleBelowBytes,
    ...tenant
  } = options
  if (image !== undefined)
    for (const [name, value] of Object.entries({ engine, prelude, expose, hardened, noEval }))
      if (value !== undefined) throw new TypeError(`${name} is fixed by the image: give it to Image.create`)
  return {
    size: checked('size', size ?? 4, 1, 10_000),
    maxQueue: checked('maxQueue', maxQueue ?? 1000, 0, INT_MAX),
    acquireTimeoutMs: checked('acquireTimeoutMs', acquireTimeoutMs ?? INF, 1, INT_MAX, true),
    maxUses: checked('maxUses', maxUses ?? INF, 1, INT_MAX, true),
    recycleBelowBytes: checked('recycleBelowBytes', recycleBelowBytes ?? RECYCLE_BELOW_BYTES, 1, Number.MAX_SAFE_INTEGER),
    tenant,
  }
}
