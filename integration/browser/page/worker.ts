// A guest in a worker of its own: what nothing inside can stop ends with the worker.
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { Sandbox } from '@loopwright/js-adapter'
import { openEngine } from './engines.ts'

const scope = globalThis as unknown as {
  addEventListener(type: 'message', listener: (event: { readonly data: string }) => void): void
  postMessage(message: unknown): void
}

const loop = new EventLoop({ host: new VirtualHost() })
void loop.run()
const sandbox = await Sandbox.create({ loop, engine: await openEngine(), limits: { hardMs: false, operationMs: 1000 } })
scope.addEventListener('message', ({ data }) => {
  sandbox.run(data).then(
    (value) => scope.postMessage({ value }),
    (error) => scope.postMessage({ code: Reflect.get(error, 'code') }),
  )
})
scope.postMessage('ready')
