// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const a = [1, , 3]
a.extra = 'kept'
a.length = 5
const c = structuredClone(a)
console.log(c, c.length, 1 in c, c.extra, Array.isArray(c))
class Sub extends Array {}
const s = structuredClone(Sub.from([1, 2]))
console.log(s, s.constructor === Array)
const same = { x: 1 }
const d = structuredClone([same, same, { same }])
console.log(d[0] === d[1], d[2].same === d[0], d[0] !== same)
const cyc = { name: 'c' }
cyc.self = cyc
cyc.list = [cyc, new Map([[cyc, cyc]]), new Set([cyc])]
const e = structuredClone(cyc)
console.log(e.self === e, e.list[0] === e, e.list[1].get(e) === e, e.list[2].has(e), e)
