// The port to a rate limiter, and the words of admission control.

/** The members that the loop needs of a rate limiter. */
export interface AdmissionLimiter {
  allow(category: string): { readonly allowed: boolean; readonly retryAfterMs: number }
}

export const ADMISSION_POLICIES = ['reject', 'shed', 'wait'] as const
/** What happens to a task beyond the bound: refused, or the oldest of the lowest priority is dropped for it, or it waits. */
export type AdmissionPolicy = (typeof ADMISSION_POLICIES)[number]

export const TASK_PRIORITIES = ['user-blocking', 'user-visible', 'background'] as const
export type TaskPriority = (typeof TASK_PRIORITIES)[number]

export interface AdmissionOptions {
  /** External tasks that may wait. Integer, 1 to 2^31-1, or `Infinity`. Default `Infinity`. */
  readonly maxQueued?: number | undefined
  /** Default `'reject'`. */
  readonly policy?: AdmissionPolicy | undefined
  /** Asked once for each external task. Default none. */
  readonly limiter?: AdmissionLimiter | undefined
  /** What the limiter counts the task under. Default `'loop'`. */
  readonly category?: string | undefined
  /** Told the label of each task that was dropped for another. Default none. */
  readonly onShed?: ((label: string | undefined) => void) | undefined
}
