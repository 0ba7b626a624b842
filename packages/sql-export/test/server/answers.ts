// Whether a server is there.
import { connect } from 'node:net'

export const HOST = '127.0.0.1'

/** Whether something answers on a port of this machine. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: HOST, port })
    const finish = (is: boolean): void => {
      socket.destroy()
      resolve(is)
    }
    socket.setTimeout(10_000, () => finish(false))
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}
