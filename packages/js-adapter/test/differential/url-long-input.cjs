// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const long = 'a'.repeat(5000)
console.log(
  new URL('http://h/' + long + '?' + long + '#' + long).href.length,
  new URL('http://h/' + '../'.repeat(500) + 'x').pathname,
  new URL('http://h/' + '\u00e4'.repeat(300)).pathname.length,
)
const p = new URLSearchParams(Array.from({ length: 300 }, (_, i) => ['k' + (i % 7), String(i)]))
p.sort()
console.log(p.size, p.getAll('k3').length, p.toString().length, [...p.keys()].slice(40, 48).join())
p.delete('k3')
console.log(p.size)
