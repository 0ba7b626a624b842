// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const p = new URLSearchParams('b=1&a=2&b=3')
console.log(
  p.get('b'),
  p.get('x'),
  p.getAll('b'),
  p.getAll('x'),
  p.has('a'),
  p.has('a', '2'),
  p.has('a', '3'),
  p.has('a', undefined),
)
p.append('c', 4)
p.set('b', 'new')
p.set('d', null)
console.log(p + '')
p.delete('a', 'no')
console.log(p + '')
p.delete('a', '2')
p.delete('zzz')
console.log(p + '', p.size)
p.append('b', '2')
p.append('b', '1')
p.sort()
console.log(p + '')
const q = new URLSearchParams('z=1&\u{1f600}=2&\uffff=3&a=4&z=0')
q.sort()
console.log(JSON.stringify([...q]))
p.forEach(
  function (v, k, o) {
    console.log(k, v, o === p, this.me)
  },
  { me: 1 },
)
