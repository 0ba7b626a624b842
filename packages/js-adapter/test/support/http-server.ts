// A real HTTP server on loopback for tests of `fetch`, and what it was asked.
import { createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { ServerOptions } from 'node:https'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export interface TestServer extends AsyncDisposable {
  readonly origin: string
  readonly port: number
  readonly asked: Asked[]
  readonly server: Server
  /** Connections that the other side has closed. */
  closed(): number
}

/** `answer` is called when a request has been read whole. */
export async function serve(
  answer: (request: Asked, ...rest: Parameters<RequestListener>) => void,
  tls?: ServerOptions,
): Promise<TestServer> {
  const asked: Asked[] = []
  let closed = 0
  const listener: RequestListener = (request, response) => {
    const parts: Buffer[] = []
    response.on('close', () => {
      if (!response.writableFinished) closed++
    })
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      const one: Asked = { method, url, headers, body: Buffer.concat(parts) }
      asked.push(one)
      answer(one, request, response)
    })
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    asked,
    server,
    closed: () => closed,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Resolves when `is` holds. */
export async function until(is: () => boolean, what: string, mostMs = 5000): Promise<void> {
  for (const startedAtMs = Date.now(); !is(); ) {
    if (Date.now() - startedAtMs > mostMs) throw new Error(`it did not happen in ${mostMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
