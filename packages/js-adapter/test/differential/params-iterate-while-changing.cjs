// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const p = new URLSearchParams('a=1&b=2&c=3')
const seen = []
for (const [k] of p) {
  seen.push(k)
  if (k === 'a') p.delete('a')
  if (k === 'c') p.append('d', 4)
  if (seen.length > 10) break
}
console.log(seen.join(), p + '')
const it = p.keys()
console.log(
  it.next().value,
  [...it].join(),
  it.next().done,
  it[Symbol.iterator]() === it,
  typeof it.map,
  Object.prototype.toString.call(it),
)
const r = new URLSearchParams('a=1&b=2&c=3')
r.forEach((v, k) => {
  console.log(k, v)
  r.delete('b')
})
