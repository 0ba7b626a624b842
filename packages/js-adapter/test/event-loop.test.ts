// The sandbox on the real event loop, in virtual time.
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { expect, test } from 'vitest'
import { Sandbox } from '../src/sandbox/sandbox.ts'
import { sharedEngine } from './support/open.ts'

async function runOn(
  source: string,
  expose: (sandbox: Sandbox, loop: EventLoop) => void = () => {},
): Promise<{ readonly lines: readonly string[]; readonly codes: readonly string[] }> {
  const host = new VirtualHost()
  const loop = new EventLoop({ host, autoExit: true })
  const lines: string[] = []
  const codes: string[] = []
  const sandbox = await Sandbox.create({
    loop,
    engine: await sharedEngine(),
    lifecycle: 'program',
    clock: 'loop',
    limits: { operationMs: 1000, hardMs: 5000, wallMs: Number.POSITIVE_INFINITY },
    console: { write: (_stream, text) => lines.push(text.trimEnd()) },
    onError: (error) => codes.push(error.code),
  })
  expose(sandbox, loop)
  sandbox.run(source).catch(() => {})
  const running = loop.run()
  let over = false
  void running.then(() => {
    over = true
  })
  while (!over) await host.runAll()
  expect((await sandbox.exited).reason).toBe('finished')
  return { lines, codes }
}

test('L-5 one stuck timer is stopped, and every other part of the guest goes on, on the real loop', async () => {
  const source = `
    console.log('script'); process.nextTick(() => console.log('tick')); Promise.resolve().then(() => console.log('job')); setImmediate(() => console.log('immediate'))
    setTimeout(() => { for (;;); }, 10); setTimeout(() => console.log('after'), 20); lookup(1).then((x) => console.log('looked up', x))
    let n = 0; const iv = setInterval(() => { console.log('beat', ++n); if (n === 2) clearInterval(iv) }, 86_400_000)`
  const { lines, codes } = await runOn(source, (sandbox, loop) => {
    sandbox.expose('lookup', (x: number) => new Promise((resolve) => loop.scheduleTimer(15, () => resolve(x + 1))))
  })
  expect(lines).toEqual(['script', 'tick', 'job', 'immediate', 'looked up 2', 'after', 'beat 1', 'beat 2'])
  expect(codes).toEqual(['ERR_LIMIT_OPERATION'])
})

test('N-9 the loop ends by itself when the program has nothing left', async () => {
  expect(
    await runOn("setTimeout(() => console.log('never'), 5).unref(); process.on('beforeExit', () => console.log('before'))"),
  ).toEqual({ lines: ['before'], codes: [] })
})
