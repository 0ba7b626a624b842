// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const base = new URL('https://example.org/dir/page?x=1#h')
for (const [href, b] of [
  ['?y=2', base],
  ['#z', base],
  ['../up', base],
  [base, undefined],
  ['//other/p', base],
  ['mailto:a', base],
])
  console.log(new URL(href, b).href)
const u = new URL(base)
u.searchParams.append('list', 'a,b')
u.searchParams.append('sp ace', '+&=#?/')
console.log(u.href, base.href)
u.searchParams.sort()
u.pathname += '/more parts/%2F'
u.port = '8443'
u.protocol = 'http'
console.log(u.href, u.origin)
