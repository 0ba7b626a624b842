// How an ingress port came to its end.

/** What ended a port: `close()` on either side, the attached worker's exit, the loop's end, or a corrupt ring. */
export const INGRESS_END_REASONS = ['close', 'producer', 'exit', 'shutdown', 'protocol'] as const
export type IngressEndReason = (typeof INGRESS_END_REASONS)[number]

export interface IngressEnd {
  readonly reason: IngressEndReason
  /** Records that reached a handler. */
  readonly received: number
}
