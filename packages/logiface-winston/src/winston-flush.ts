// Waits for what winston and its transports hold.
import type { TransportLike, WinstonLike } from './winston-like.ts'

/** Whether nothing waits in the logger's streams or in its transports'. */
export function isIdle(logger: WinstonLike): boolean {
  if (logger.writableLength + logger.readableLength > 0) return false
  return (logger.transports as readonly TransportLike[]).every((transport) => (transport.writableLength ?? 0) === 0)
}

/** Ends the logger; resolves when every transport has finished, or is gone. */
export async function endAll(logger: WinstonLike): Promise<void> {
  const transports = [...(logger.transports as readonly TransportLike[])]
  const finished = transports.map(
    (transport) =>
      new Promise<void>((resolve) => {
        if (transport.once === undefined || transport.writableFinished === true || transport.destroyed === true) return resolve()
        transport.once('finish', () => resolve())
        transport.once('close', () => resolve())
      }),
  )
  logger.end()
  await Promise.all(finished)
}
