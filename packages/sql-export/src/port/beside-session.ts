// A writer beside another one, over a connection of its own that it closes.
import type { DestinationSession } from './destination.ts'

/** @param open - takes what the session needs; when it fails, the connection is closed and its error is thrown. */
export async function besideSession<C extends { close(): Promise<void> }>(
  connect: () => Promise<C>,
  open: (connection: C) => Promise<DestinationSession>,
): Promise<DestinationSession> {
  const connection = await connect()
  let session: DestinationSession
  try {
    session = await open(connection)
  } catch (error) {
    await connection.close().catch(() => {}) // what kept it from opening is told
    throw error
  }
  session.end = async () => {
    try {
      await session.rollback()
    } finally {
      await connection.close()
    }
  }
  return session
}
