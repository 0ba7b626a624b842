// The HTTP server: each request runs as a task of the loop, under its own id, and is answered whatever happens.
import type { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { EventLoop } from '@loopwright/eventloop'
import { withContext } from '@loopwright/logiface'
import type { Logger } from '@loopwright/logiface'
import { HttpError, json } from './exchange.ts'
import type { Exchange } from './exchange.ts'
import type { Routes } from './routes.ts'

export interface ServerParts {
  readonly loop: EventLoop
  readonly log: Logger
  readonly requests: AsyncLocalStorage<object>
  readonly routes: Routes
}

const REQUEST_ID = /^[\w.-]{1,64}$/

export interface ClosableServer {
  readonly server: Server
  /** Takes no more connections, and no more requests on those that are kept alive. Resolves when the last answer is out. */
  close(): Promise<void>
}

export function openServer({ loop, log, requests, routes }: ServerParts): ClosableServer {
  let closing = false
  const answer = async (request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    // A platform authenticates here; nothing below trusts anything else.
    const tenant = String(request.headers['x-tenant'] ?? 'demo')
    const found = routes.find(request.method ?? 'GET', url.pathname)
    if (!('handler' in found))
      throw found.length === 0
        ? new HttpError(404, 'no_such_path', 'there is nothing here')
        : new HttpError(405, 'wrong_method', `this path has ${found.join(', ')}`)
    const exchange: Exchange = { request, response, url, requestId, tenant }
    await found.handler(exchange, found.parts)
  }
  const fail = (response: ServerResponse, error: unknown): void => {
    const known = error instanceof HttpError
    if (!known) log.err()?.err(error).msg('a request failed')
    if (response.headersSent) response.destroy()
    else if (known) json(response, error.status, { error: { code: error.code, message: error.message } })
    else json(response, 500, { error: { code: 'internal', message: 'see the log under this request id' } })
  }
  const stopping = (response: ServerResponse): void =>
    json(response, 503, { error: { code: 'stopping', message: 'the service is stopping' } })
  const server = createServer((request, response) => {
    if (closing) {
      response.setHeader('connection', 'close')
      stopping(response)
      return
    }
    const given = String(request.headers['x-request-id'] ?? '')
    const requestId = REQUEST_ID.test(given) ? given : randomUUID()
    response.setHeader('x-request-id', requestId)
    withContext(requests, { requestId }, () => {
      try {
        loop.submit(() => {
          answer(request, response, requestId).catch((error: unknown) => fail(response, error))
        })
      } catch {
        stopping(response) // the loop admits no more
      }
    })
  })
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        closing = true
        server.close(() => resolve())
      }),
  }
}
