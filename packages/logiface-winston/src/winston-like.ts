// The part of a winston logger that this package uses.
import { LogError } from '@loopwright/logiface'

export const LEVEL: unique symbol = Symbol.for('level') as typeof LEVEL
export const MESSAGE: unique symbol = Symbol.for('message') as typeof MESSAGE

/** What winston hands from formats to transports. */
export type Info = Record<string | symbol, unknown>

export interface TransportLike {
  readonly format?: unknown
  readonly writableLength?: number | undefined
  write(info: object): boolean
  readonly log?: unknown
  readonly levels?: unknown
  flushSync?(): void
  end?(): void
  once?(event: string, listener: () => void): unknown
  readonly finished?: boolean | undefined
  readonly writableFinished?: boolean | undefined
  readonly destroyed?: boolean | undefined
}

/** A winston logger; that of winston 3.19 fits, and so does a child of it. */
export interface WinstonLike {
  readonly levels: object
  level: string
  silent: boolean
  format: unknown
  readonly defaultMeta?: unknown
  readonly transports: readonly object[]
  readonly writableLength: number
  readonly readableLength: number
  /** `false` while it is paused, by its owner or by a transport that is slow. */
  readonly readableFlowing?: boolean | null | undefined
  write(info: object): boolean
  end(): unknown
  isLevelEnabled(level: string): boolean
  listenerCount(event: string): number
}

/** @throws LogError `ERR_LOG_BACKEND`. */
export function checkWinston(logger: WinstonLike): void {
  const fits =
    typeof logger === 'object' &&
    logger !== null &&
    typeof logger.write === 'function' &&
    typeof logger.isLevelEnabled === 'function' &&
    typeof logger.levels === 'object' &&
    Array.isArray(logger.transports)
  if (!fits)
    throw new LogError(
      'ERR_LOG_BACKEND',
      'winstonBackend takes a logger of winston 3: winstonBackend(winston.createLogger(options))',
    )
}
