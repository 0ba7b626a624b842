// What a guest promise can be.

export const PROMISE_STATES = ['pending', 'fulfilled', 'rejected'] as const
export type PromiseState = (typeof PROMISE_STATES)[number]
