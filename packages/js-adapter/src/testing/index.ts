// Public names of this entry.
export { HOSTILE_CASES, HOSTILE_OUTCOMES } from './hostile.ts'
export type { HostileCase, HostileOutcome } from './hostile.ts'
