// The same user prelude for every engine: plain functions, about 90 KB of source, that need nothing of a host.

const FUNCTIONS = 450

function functionSource(index: number): string {
  return `function rule${index}(order) {
  const total = order.lines.reduce((sum, line) => sum + line.price * line.count, ${index})
  if (total > ${index * 10}) return { rule: ${index}, total, discount: Math.min(0.5, total / ${1000 + index}) }
  return { rule: ${index}, total, discount: 0 }
}`
}

/** Defines `rule0` and its kin, and `main`, which answers a small call. */
export const PRELUDE: string = `${Array.from({ length: FUNCTIONS }, (_, index) => functionSource(index)).join('\n')}
function main(x) { return rule7({ lines: [{ price: x, count: 2 }] }).total }`

/** What `main(3)` answers. */
export const MAIN_OF_3 = 13
