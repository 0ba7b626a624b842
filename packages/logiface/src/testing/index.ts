// Public names of this entry.
export { BACKEND_CAPABILITIES } from './backend-cases.ts'
export type { BackendCapability, OpenedBackend, OpenRequest } from './backend-cases.ts'
export { backendSuite } from './backend-suite.ts'
export type { BackendSuiteOptions } from './backend-suite.ts'
export { captureLogger } from './capture.ts'
export type { Captured } from './capture.ts'
