// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const a = { name: 'a', list: [] }
a.self = a
a.list.push(a, { a })
console.log(a)
const m = new Map()
m.set('m', m)
console.log(m)
const s = new Set()
s.add(s)
console.log(s, [s])
