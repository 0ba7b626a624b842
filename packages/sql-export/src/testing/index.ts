// Public names of the entry for test suites of sources.
export { faultySource } from './faulty-source.ts'
export type { Tamper } from './faulty-source.ts'
export { readCheckedPage } from '../mechanism/pages.ts'
export type { PageCheck } from '../mechanism/pages.ts'
