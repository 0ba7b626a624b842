// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const a = { name: 'a' }
const b = { name: 'b', a }
a.b = b
console.log(a)
console.log([a, b, { a, b }])
const l = [1]
l.push(l)
console.log(l, { l }, [l, l])
const m = new Map()
m.set('self', m)
m.set(m, 'key')
console.log(m)
const s = new Set()
s.add({ s })
console.log(s)
const shared = { x: 1 }
console.log([shared, shared], { p: shared, q: { r: shared } })
class Node {
  constructor(parent) {
    this.parent = parent
    this.children = []
  }
}
const root = new Node(null)
root.children.push(new Node(root), new Node(root))
console.log(root)
const e = new Error('cyclic')
e.self = e
console.log(Object.keys(e), e.self === e)
