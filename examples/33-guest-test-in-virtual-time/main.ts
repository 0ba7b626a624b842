// A test of guest code under virtual time: three idle days take no time, and each run gives the same dates and the same "random" tokens.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EventLoop, VirtualHost } from '@loopwright/eventloop'
import { Adapter, Runtime } from '@loopwright/js-adapter/goja'

const START_MS = Date.UTC(2030, 0, 1)
const source = await readFile(join(import.meta.dirname, 'guest.js'), 'utf8')

async function run(): Promise<readonly unknown[]> {
  const host = new VirtualHost()
  await using loop = new EventLoop({ host })
  void loop.run()
  using runtime = await Runtime.create()
  new Adapter(loop, runtime, { clock: 'loop', lifecycle: 'service' }).bind()
  runtime.setTimeSource(() => START_MS + host.nowMs())
  let state = 1
  runtime.setRandSource(() => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  })
  runtime.runScript('guest.js', source)

  const take = runtime.assertFunction(runtime.get('take'))
  const tokens = [take?.(undefined), take?.(undefined), take?.(undefined), take?.(undefined)]
  assert.equal(tokens[3], undefined)
  await host.advanceBy(60_000)
  tokens.push(take?.(undefined))
  assert.notEqual(tokens[4], undefined)

  const beats: string[] = []
  runtime.assertFunction(runtime.get('ticker'))?.(undefined, (beat: number, epochMs: number) => {
    beats.push(`${beat} ${new Date(epochMs).toISOString()}`)
  })
  await host.advanceBy(3 * 86_400_000)
  return [tokens, beats]
}

const [first, second] = [await run(), await run()]
assert.deepEqual(first, second)
console.log('tokens are refused after three, and given again a minute later')
console.log(first[1])
console.log('two runs are the same')
