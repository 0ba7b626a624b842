// What a closed port or an ended registration keeps alive: nothing.
import { expect, test } from 'vitest'
import { VirtualHost } from '../../src/hosts/virtual.ts'
import { defineCommands, fixed } from '../../src/ingress/commands.ts'
import type { IngressPort } from '../../src/ingress/port.ts'
import { connectIngress } from '../../src/ingress/producer.ts'
import { EventLoop } from '../../src/loop.ts'
import { FakeReadiness } from '../../src/testing/fake-readiness.ts'
import { alive, collectGarbage, kept } from '../gc/heap.ts'

const ticks = defineCommands({ tick: fixed() })
const PORTS = 10_000

function openPorts(loop: EventLoop): { readonly ports: readonly IngressPort[]; readonly captured: readonly WeakRef<object>[] } {
  const captured: WeakRef<object>[] = []
  const ports = Array.from({ length: PORTS }, () => {
    const big = { data: new Uint8Array(64), received: 0 }
    captured.push(new WeakRef(big))
    const port = loop.createIngress({
      commands: ticks,
      capacity: 4,
      payloadBytes: 4096,
      handlers: { tick: () => big.received++ },
      onClosed: () => big.received++,
    })
    connectIngress(port.transferable, ticks).submit('tick')
    return port
  })
  return { ports, captured }
}

test('I-11 a closed port lets go of its handlers, though the port itself is held', async () => {
  const host = new VirtualHost()
  const loop = new EventLoop({ host })
  void loop.run()
  const { ports, captured } = openPorts(loop)
  await host.settle()
  for (const port of ports) port.close()
  await host.settle()
  await collectGarbage()
  expect(ports.every((port) => port.received === 1 && port.closed)).toBe(true)
  expect(await kept(captured)).toBe(0)
  expect(loop.snapshot().ingress).toEqual({ ports: 0, waiting: 0, received: PORTS, depths: [] })
  await loop.close()
})

test('I-11 positive control: open ports hold theirs', async () => {
  const host = new VirtualHost()
  const loop = new EventLoop({ host })
  void loop.run()
  const { captured } = openPorts(loop)
  await host.settle()
  await collectGarbage()
  expect(alive(captured)).toBe(PORTS)
  await loop.close()
  expect(await kept(captured)).toBe(0)
})

test('R-7 an ended registration lets go of its callback, though the watch is held', async () => {
  const loop = new EventLoop({ host: new VirtualHost(), readiness: new FakeReadiness() })
  void loop.run()
  const captured: WeakRef<object>[] = []
  const register = (fd: number) => {
    const big = { data: new Uint8Array(64) }
    captured.push(new WeakRef(big))
    return loop.registerFd(fd, { read: true }, () => void big.data)
  }
  const watches = await Promise.all(Array.from({ length: 200 }, (_unused, fd) => register(fd)))
  await collectGarbage()
  expect(alive(captured)).toBe(200)
  await Promise.all(watches.map((watch) => watch.unregister()))
  expect(await kept(captured)).toBe(0)
  await loop.close()
})
