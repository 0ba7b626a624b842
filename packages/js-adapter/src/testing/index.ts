// Public names of this entry.
export { HOSTILE_CASES } from './hostile/cases.ts'
export { HOSTILE_OUTCOMES } from './hostile/case.ts'
export type { HostileCase, HostileOutcome } from './hostile/case.ts'
export { hostileProbe, runHostileCase } from './hostile/run.ts'
export type { HostileOpening, HostileOptions, HostileReport, HostileSandbox } from './hostile/run.ts'
