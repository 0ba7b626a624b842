// What calibration may find or not find in a build, and what a caller insists on.
import { JsAdapterError } from '../errors.ts'

export interface EngineCapabilities {
  /** Time limits hold to within some milliseconds in interpreted code. */
  readonly adaptivePolling: boolean
  /** `unhandledRejection` and `rejectionHandled` exist. */
  readonly rejectionTracking: boolean
  /** `Math.random` can be given its state: images need it, and deterministic sandboxes. */
  readonly reseed: boolean
  /** The guest's wall clock and time zone can be given: deterministic and hardened sandboxes need it. */
  readonly timeSource: boolean
  /** Natives of the engine end themselves when the hard limit has come: with the guard `'meter'`, on a build whose code is of the expected form. */
  readonly metered: boolean
  /** The guard of the inspector was seen to work. */
  readonly threadlessGuard: boolean
  /** No memory fault of the build is known, or what keeps guests from it was verified: see the threat model. */
  readonly soundMemory: boolean
}

export const ENGINE_CAPABILITIES = [
  'adaptivePolling',
  'rejectionTracking',
  'reseed',
  'timeSource',
  'metered',
  'threadlessGuard',
  'soundMemory',
] as const
export type EngineCapability = (typeof ENGINE_CAPABILITIES)[number]

/** @throws TypeError for anything but a list of capabilities. */
export function resolveRequired(required: unknown): readonly EngineCapability[] {
  if (required === undefined) return []
  const known: readonly unknown[] = ENGINE_CAPABILITIES
  if (!Array.isArray(required) || !required.every((name) => known.includes(name)))
    throw new TypeError(`require must be a list of ${ENGINE_CAPABILITIES.join(', ')}, got ${String(required)}`)
  return required
}

/** @throws JsAdapterError `ERR_ENGINE_CALIBRATION` that names what is required and was not found. */
export function assertCapabilities(
  variant: string,
  { capabilities, notes }: { readonly capabilities: EngineCapabilities; readonly notes: readonly string[] },
  required: readonly EngineCapability[],
): void {
  const missing = required.filter((name) => !capabilities[name])
  if (missing.length === 0) return
  throw new JsAdapterError(
    'ERR_ENGINE_CALIBRATION',
    `the engine "${variant}" has no ${missing.join(', ')}, which is required: ${notes.join('; ')}`,
    { context: { missing, notes } },
  )
}
