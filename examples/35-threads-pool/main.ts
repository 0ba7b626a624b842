// A pool of sandboxes in threads: one script hangs in a native and is ended; its thread, the loop and the others go on.
import { EventLoop } from '@loopwright/eventloop'
import { isJsAdapterError, SandboxPool } from '@loopwright/js-adapter'

const SCRIPTS: readonly string[] = [
  'price({ net: 100 })',
  "new Array(1e9).join('x')", // a native that polls nobody
  'price({ net: 250 })',
  'const depth = (n) => (n === 0 ? 0 : 1 + depth(n - 1)); depth(2000)', // too deep for an inline sandbox
]

const loop = new EventLoop({ autoExit: false })
void loop.run()
const pool = await SandboxPool.create({
  mode: 'worker',
  loop,
  size: 2,
  prelude: 'const price = async ({ net }) => net * (1 + await rate())',
  expose: ['rate'],
  limits: { operationMs: 2000, hardMs: 2500 },
})

let ticks = 0
loop.scheduleTimer(
  0,
  function tick() {
    ticks++
    loop.scheduleTimer(50, tick, { unref: true })
  },
  { unref: true },
)

const results = await Promise.all(
  SCRIPTS.map((source) =>
    pool
      .use((sandbox) => {
        void sandbox.expose('rate', () => 0.2)
        return sandbox.run(source)
      })
      .catch((error: unknown) => (isJsAdapterError(error) ? error.code : 'failed')),
  ),
)
for (const [index, result] of results.entries()) console.log(`script ${index}: ${String(result)}`)
console.log(`the loop went on meanwhile: ${ticks > 10}`)
console.log(`threads replaced: ${pool.stats().terminated}`)
await pool[Symbol.asyncDispose]()
await loop.shutdown()
