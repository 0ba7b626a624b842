// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
let deep = null
for (let i = 0; i < 300; i++) deep = { deep }
let copy = structuredClone(deep)
let n = 0
while (copy) {
  copy = copy.deep
  n++
}
console.log(n)
const wide = Object.fromEntries(Array.from({ length: 500 }, (_, i) => ['k' + i, [i, { i }]]))
const w = structuredClone(wide)
console.log(Object.keys(w).length, w.k499[1].i, w.k1 !== wide.k1)
