// What the exporter sends to a server: statements as the drivers get them.
import mysql from 'mysql2'
import pg from 'pg'
import { onTestFinished, vi } from 'vitest'

export interface Statements {
  /** In the order in which they were sent, by every connection that was opened since. */
  readonly sent: string[]
}

function textOf(query: unknown): string {
  if (typeof query === 'string') return query
  if (typeof query !== 'object' || query === null) return ''
  const text: unknown = Reflect.get(query, 'sql') ?? Reflect.get(query, 'text')
  return typeof text === 'string' ? text : ''
}

type Query = (...args: readonly unknown[]) => unknown

const createConnection = mysql.createConnection.bind(mysql) as Query
const clients = pg.Client.prototype as unknown as { query: Query }
const queryOfClient = clients.query

/** Hears every connection that mysql2 makes from now to the end of the test. */
export function listenToMariadb(): Statements {
  const sent: string[] = []
  const spy = vi.spyOn(mysql, 'createConnection').mockImplementation(((config: unknown) => {
    const connection = createConnection(config) as { query: Query }
    const query = connection.query.bind(connection)
    connection.query = (...args) => {
      sent.push(textOf(args[0]))
      return query(...args)
    }
    return connection
  }) as never)
  onTestFinished(() => spy.mockRestore())
  return { sent }
}

/** Hears every client of pg from now to the end of the test. */
export function listenToPostgres(): Statements {
  const sent: string[] = []
  const spy = vi.spyOn(clients, 'query').mockImplementation(function (this: unknown, ...args: readonly unknown[]) {
    sent.push(textOf(args[0]))
    return Reflect.apply(queryOfClient, this, args)
  })
  onTestFinished(() => spy.mockRestore())
  return { sent }
}
