// Public names of the entry for PGlite.
export { openPglite } from './open.ts'
export type { OpenPgliteOptions } from './open.ts'
export type { PgliteInstance } from './connection.ts'
export type { PostgresHandle } from '../postgres/handle.ts'
