// A guest that asks a service over HTTP: what it may reach is a list, secrets stay with the host, and it pauses between tries.
import { createServer } from 'node:http'
import { EventLoop } from '@loopwright/eventloop'
import { nodeTransport, Sandbox } from '@loopwright/js-adapter'
import type { FetchTransport } from '@loopwright/js-adapter'

let tries = 0
const service = createServer((request, response) => {
  if (request.url === '/elsewhere') response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end()
  else if (++tries < 3) response.writeHead(503).end()
  else
    response.end(JSON.stringify({ item: 'lamp', price: 40, authorized: request.headers.authorization === 'Bearer of-the-host' }))
})
await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
const address = service.address()
const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`

// The key is added on the way: no guest ever holds it.
const network = nodeTransport()
const transport: FetchTransport = {
  send: (request) => network.send({ ...request, headers: [...request.headers, ['authorization', 'Bearer of-the-host']] }),
}

const loop = new EventLoop({ autoExit: true })
const sandbox = await Sandbox.create({
  loop,
  // An address that is not public is reached because the origin names it.
  fetch: { allow: [origin], redirect: 'follow-allowed', maxResponseBytes: 10_000, timeoutMs: 5000, transport },
  delay: true,
  console: { write: (_stream, text) => void process.stdout.write(text) },
  limits: { operationMs: 1000, hardMs: 2000 },
})
const done = sandbox.run(
  `(async () => {
    let response = await fetch(origin + '/price')
    for (; response.status === 503; response = await fetch(origin + '/price')) { console.log('busy'); await delay(5) }
    console.log(await response.json())
    for (const url of [origin + '/elsewhere', 'https://example.org/', 'http://localhost/'])
      await fetch(url).catch((error) => console.log(error.name, error.code))
    await fetch(origin, { signal: AbortSignal.abort('not now') }).catch((reason) => console.log(reason))
  })()`.replaceAll('origin', JSON.stringify(origin)),
)
await loop.run()
await done
console.log('requests', tries, 'host calls', sandbox.usage().hostCalls.admitted)
sandbox.close()
service.close()
