// Whether a server is there.
import { connect } from 'node:net'

export const HOST = '127.0.0.1'
/** Of the servers that tests use. Long runs may have servers of their own, beside those that other suites use. */
export const POSTGRES_PORT: number = Number(process.env['LOOPWRIGHT_POSTGRES_PORT'] ?? 5432)
export const MARIADB_PORT: number = Number(process.env['LOOPWRIGHT_MARIADB_PORT'] ?? 3306)

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
