// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const m = new Map([[{ k: 1 }, new Set([1, [2]])]])
m.extra = 1
const r = /a(b)/giu
r.lastIndex = 3
console.log(
  structuredClone(m),
  structuredClone(m).extra,
  structuredClone(r),
  structuredClone(r).lastIndex,
  structuredClone(new Date(5)),
  structuredClone(new Date(NaN)),
)
const when = new Date(7)
when.own = 1
console.log(structuredClone(when).own, structuredClone(Object.assign(/x/, { own: 1 })).own)
console.log(structuredClone(Object.assign(new Number(3), { own: 1 })), structuredClone(new String('xy')))
console.log(structuredClone(new (class M extends Map {})([[1, 2]])))
