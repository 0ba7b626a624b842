// A plugin host: each plugin in a sandbox of its own, with named host functions and limits. One misbehaves; the others go on.
import { EventLoop } from '@loopwright/eventloop'
import { isJsAdapterError, Sandbox } from '@loopwright/js-adapter'
import { Engine } from '@loopwright/js-adapter/goja'

const PLUGINS: Readonly<Record<string, string>> = {
  shout: 'async function onMessage({ text }) { return text.toUpperCase() + "!" }',
  count: 'let seen = 0; async function onMessage() { await store("seen", ++seen); return `message ${seen}` }',
  stuck: 'function onMessage() { for (;;); }',
  curious: 'function onMessage() { return [typeof process.env.HOME, typeof require, typeof fetch].join() }',
}

const loop = new EventLoop({ autoExit: false })
void loop.run()
const engine = await Engine.load()
const stored = new Map<string, unknown>()

const plugins = await Promise.all(
  Object.entries(PLUGINS).map(async ([name, source]) => {
    const sandbox = await Sandbox.create({
      loop,
      engine,
      id: name,
      limits: { operationMs: 500, hardMs: 2000, maxInterrupts: { count: 5, windowMs: 60_000 } },
    })
    sandbox.expose('store', async (key: string, value: unknown) => void stored.set(`${name}.${key}`, value))
    await sandbox.run(source, { name: `${name}.js` })
    return { name, sandbox }
  }),
)

for (const text of ['hello', 'again']) {
  const answers = await Promise.all(
    plugins.map(({ sandbox }) =>
      sandbox.call('onMessage', [{ text }]).catch((error: unknown) => (isJsAdapterError(error) ? error.code : 'unknown')),
    ),
  )
  for (const [index, { name }] of plugins.entries()) console.log(`${name}: ${String(answers[index])}`)
}
console.log(stored)
for (const { sandbox } of plugins) sandbox.close()
await loop.shutdown()
