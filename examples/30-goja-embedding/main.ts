// Embedding without a loop, in the manner of goja: values by reference, host objects, typed export, errors, an interrupt.
import {
  array,
  compile,
  constructor,
  Engine,
  Exception,
  InterruptedError,
  Runtime,
  struct,
  uncapFieldNameMapper,
} from '@loopwright/js-adapter/goja'

class Order {
  Lines: { readonly item: string; readonly count: number }[] = []
  Add(item: string, count: number): void {
    this.Lines.push({ item, count })
  }
}

const engine = await Engine.load()
using runtime = await Runtime.create({ engine })
runtime.setFieldNameMapper(uncapFieldNameMapper())
runtime.set('Order', constructor(Order))
runtime.set('log', (...parts: readonly unknown[]) => console.log('guest:', ...parts))

// Compiled once, run in any number of runtimes.
const program = compile(
  'order.js',
  "const order = new Order(); order.add('bolt', 3); order.add('nut', 2); log(order.lines.length); order",
  {
    engine,
  },
)
const order = runtime.runProgram(program)
console.log('the same object:', runtime.exportTo(order, 'unknown') instanceof Order)

const total = runtime.assertFunction(runtime.runString('(lines) => lines.reduce((sum, { count }) => sum + count, 0)'))
console.log('total:', total?.(undefined, [{ count: 3 }, { count: 2 }]))

const lines = runtime.exportTo(runtime.runString('order.lines'), array(struct({ item: 'string', count: 'int32' })))
console.log('first:', lines[0]?.item.toUpperCase())

const failed = runtime.try(() => runtime.runScript('bad.js', 'null.member'))
if ('exception' in failed && failed.exception instanceof Exception)
  console.log('failed:', failed.exception.guestName, 'at line', failed.exception.frames[0]?.line)

runtime.set('stop', () => runtime.interrupt('enough'))
try {
  runtime.runString('try { stop(); for (;;); } finally { log("never") }')
} catch (error) {
  if (error instanceof InterruptedError) console.log('interrupted:', error.value)
}
runtime.clearInterrupt()
console.log('goes on:', runtime.runString('1 + 1'))
