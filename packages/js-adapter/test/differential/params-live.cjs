// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const u = new URL('http://a/?x=1&y=%20+')
const p = u.searchParams
console.log(u.search, p.toString())
p.append('z', '\u00e4 b')
console.log(u.search, u.href)
p.delete('x')
p.delete('y')
p.delete('z')
console.log(u.search, u.href)
u.search = '?q=1&q=2'
console.log([...p].join('|'))
u.href = 'http://b/?n=1'
console.log([...p].join('|'), u.searchParams === p)
u.hash = '#z'
p.set('n', '#&=')
console.log(u.href)
