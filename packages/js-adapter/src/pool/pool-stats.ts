// What a pool has done, and why instances were replaced.

export const REPLACEMENT_REASONS = ['condemned', 'memory', 'uses', 'failed'] as const
/** `condemned`: a limit or fault ended it. `memory`: larger than `recycleBelowBytes`. `uses`: `maxUses`. `failed`: the reset threw. */
export type ReplacementReason = (typeof REPLACEMENT_REASONS)[number]

export interface PoolStats {
  /** Instances that hold the image and wait for a tenant. */
  readonly ready: number
  readonly leased: number
  /** Leases whose sandbox is parked: they hold no instance. */
  readonly parked: number
  /** Instances that are being made. */
  readonly opening: number
  /** Callers that wait. */
  readonly waiting: number
  readonly leases: number
  readonly resets: number
  readonly replaced: Readonly<Record<ReplacementReason, number>>
  /** Callers that were turned away because `maxQueue` waited. */
  readonly refused: number
  /** Callers that waited longer than `acquireTimeoutMs`. */
  readonly timedOut: number
  /** Host calls of former tenants that settled after their lease, and were dropped. */
  readonly lateSettlements: number
}
