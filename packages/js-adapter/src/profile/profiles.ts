// The profiles that a guest may have, and what only the full one has options for.

export const PROFILES = ['full', 'bare'] as const
/** What a guest is given besides the language: `full`, Node's globals; `bare`, nothing but what the host exposes. */
export type Profile = (typeof PROFILES)[number]

/** They speak of `process`, `console`, timers, `loopwright` or `fetch`. */
export const FULL_OPTIONS = ['argv', 'env', 'console', 'contextApi', 'maxCallbacksPerTurn', 'fetch', 'delay'] as const
export type FullOption = (typeof FULL_OPTIONS)[number]
export const FULL_LIMITS = ['maxTimers', 'maxConsoleBytes'] as const
export type FullLimit = (typeof FULL_LIMITS)[number]

function refuse(given: object, names: readonly string[], where: string): void {
  for (const name of names)
    if (Reflect.get(given, name) !== undefined)
      throw new TypeError(`${where}${name} is of the full profile: a bare guest has no use for it`)
}

/** What is looked at of the options of a sandbox, an image or a pool. */
export interface ProfiledOptions {
  readonly profile?: Profile | undefined
  readonly image?: { readonly identity: { readonly profile: Profile } } | undefined
  readonly limits?: object | undefined
  readonly modules?: object | undefined
}

/**
 * The profile that is asked for, or that the image has.
 * @throws RangeError for one that there is not; TypeError for another than the image's, or that names the first option of the full
 * profile that a bare guest was given.
 */
export function profileOf(options: ProfiledOptions): Profile {
  const fixed = options.image?.identity.profile
  const { profile = fixed ?? 'full', limits = {}, modules = {} } = options
  if (!PROFILES.includes(profile)) throw new RangeError(`profile must be one of ${PROFILES.join(', ')}, got ${String(profile)}`)
  if (fixed !== undefined && profile !== fixed)
    throw new TypeError(`profile is fixed by the image: it is ${fixed}, got ${profile}`)
  if (profile === 'full') return profile
  refuse(options, FULL_OPTIONS, '')
  refuse(limits, FULL_LIMITS, 'limits.')
  refuse(modules, ['nodeBuiltins'], 'modules.')
  return profile
}
