// Public names of this entry.
export { LineTransport } from './line-transport.ts'
export type { LineTransportOptions } from './line-transport.ts'
export { logifaceFormat } from './logiface-format.ts'
export type { LogifaceFormat, LogifaceFormatOptions } from './logiface-format.ts'
export { winstonBackend } from './winston-backend.ts'
export type { WinstonBackend, WinstonBackendOptions } from './winston-backend.ts'
export { winstonLevels } from './winston-levels.ts'
export type { WinstonLike } from './winston-like.ts'
