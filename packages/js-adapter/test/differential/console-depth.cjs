// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const deep = (n) => (n === 0 ? 'end' : { n: deep(n - 1) })
for (let i = 0; i < 6; i++) console.log(deep(i))
console.log([deep(3)], [[deep(2)]], [[[deep(1)]]], new Map([['m', deep(3)]]), new Set([deep(3)]))
console.log({
  a: { b: { c: class X {}, d: () => {}, e: new Map(), f: [], g: new Date(0), h: /x/, i: new Error('deep').message } },
})
console.log({
  a: {
    b: {
      c: new Map([[1, 1]]),
      d: new Set([1]),
      e: [1],
      f: { g: 1 },
      h: new (class K {
        z = 1
      })(),
      i: Object.create(null),
      j: new Uint8Array(2),
    },
  },
})
