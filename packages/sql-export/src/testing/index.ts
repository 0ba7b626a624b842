// Public names of the entry for test suites of sources.
export { faultySource } from './faulty-source.ts'
export type { Tamper } from './faulty-source.ts'
export { readCheckedPage } from '../mechanism/pages.ts'
export type { PageCheck } from '../mechanism/pages.ts'
export { sourceConformance } from './conformance-source.ts'
export { destinationConformance } from './conformance-destination.ts'
export type { ConformanceCase, ConformanceHandle, ConformanceTarget, ConformanceWords } from './conformance-fixture.ts'
