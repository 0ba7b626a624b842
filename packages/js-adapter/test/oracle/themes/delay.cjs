// Oracle fixture: how delays are rounded, warned about and grouped.
/* oxlint-disable */
process.on('warning', (w) => console.log(`warning: ${w.name} ${w.message.split('\n')[0]}`))
const of = (delay) => {
  const t = setTimeout(() => {}, delay)
  const ms = t._idleTimeout
  clearTimeout(t)
  return ms
}
for (const delay of [undefined, null, '', true, false, 0, 0.5, 0.999, 1, 1.5, 99.99, '8', ' 8 ', '0x10', [], [3], new Date(5)])
  show(`quiet ${text(delay)}`, () => of(delay))
for (const delay of [2 ** 31, 2 ** 31 - 1, 2 ** 31 + 1, Infinity, 1e300]) show(`over ${text(delay)}`, () => of(delay))
for (const delay of [-1, -0.5, -Infinity, -(2 ** 40)]) show(`negative ${text(delay)}`, () => of(delay))
for (const delay of [NaN, 'abc', {}, [1, 2], () => {}]) show(`nan ${text(delay)}`, () => of(delay))
show('valueOf', () => {
  let n = 0
  const ms = of({ valueOf: () => (n++, 12) })
  return [ms, n]
})
show('valueOf throws', () =>
  of({
    valueOf() {
      throw 'mine'
    },
  }),
)
show('interval', () => {
  const i = setInterval(() => {}, 0)
  const r = [i._idleTimeout, i._repeat]
  clearInterval(i)
  return r
})
show('interval over', () => {
  const i = setInterval(() => {}, 2 ** 40)
  const r = [i._idleTimeout, i._repeat]
  clearInterval(i)
  return r
})
for (const [label, delay] of [
  ['ten', 10],
  ['ten and a half', 10.5],
  ['ten as text', '10'],
  ['two', 2],
  ['zero', 0],
  ['one', 1],
  ['hundred', 100],
])
  setTimeout(() => console.log(`fires: ${label}`), delay)
let depth = 0
const start = performance.now()
const deep = () => (++depth < 12 ? setTimeout(deep, 0) : show('nested', () => depth))
setTimeout(deep, 200)
