// Public names of this entry.
export type { LevelMap } from './level-map.ts'
export { pinoBackend } from './pino-backend.ts'
export type { PinoBackend, PinoBackendOptions } from './pino-backend.ts'
export type { PinoLike } from './pino-like.ts'
