// Oracle fixture: URL and URLSearchParams.
/* oxlint-disable */
const parts = (u) =>
  ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'].map(
    (k) => u[k],
  )
for (const [input, base] of [
  ['https://u:p@Example.ORG:443/a/../b;c?d=e#f'],
  ['http://EXAMPLE.org:8080'],
  ['//h/x', 'ftp://a'],
  ['?q', 'http://a/b/c?d#e'],
  ['#h', 'http://a/b?c'],
  ['../..//x', 'http://a/b/c/d'],
  ['data:text/plain,hi there#x'],
  ['file:///C:/a/..'],
  ['mailto:a@b'],
  ['http://1.2.3'],
  ['http://0x7f.1'],
  ['http://[::1]:80/'],
  ['http://a b'],
  ['http://'],
  [''],
  ['x'],
  ['http://a:99999'],
  ['http://a:b'],
  ['http://%41'],
  ['http://ex%00'],
  ['javascript:1'],
  ['http://münchen.de/ü?ö#ä'],
  ['blob:https://a/b'],
  ['  http://a/ \n'],
  ['http:\\\\a\\b'],
  [undefined],
  [null, 'http://a'],
  [{}],
  ['http://a', 'bad'],
])
  show(`${text(input)} ${text(base)}`, () => parts(base === undefined ? new URL(input) : new URL(input, base)))
show('none', () => new URL())
show('can parse', () => [URL.canParse('x'), URL.canParse('x', 'http://a'), URL.parse('x'), URL.parse('http://a').href])
for (const [key, value] of [
  ['protocol', 'http'],
  ['protocol', 'foo'],
  ['host', 'b:1'],
  ['hostname', 'c:2'],
  ['port', '443'],
  ['port', '8x'],
  ['port', 'x'],
  ['port', 70000],
  ['pathname', 'a b'],
  ['search', 'q=1'],
  ['search', ''],
  ['hash', '#'],
  ['hash', 'x y'],
  ['username', 'ü:'],
  ['password', '@'],
  ['href', 'bad'],
  ['origin', 'http://z'],
  ['host', ''],
])
  show(`set ${key} ${text(value)}`, () => {
    const u = new URL('https://a:9/p?s#h')
    u[key] = value
    return u.href
  })
const u = new URL('http://a/?x=1&x=2&y')
const p = u.searchParams
show('params', () => [p.get('x'), p.getAll('x'), p.has('y'), p.has('x', '2'), p.get('z'), p.size, p === u.searchParams])
show('change', () => {
  p.append('é', 'a b')
  p.delete('x', '1')
  p.set('y', '+&=')
  p.sort()
  return [u.search, String(p)]
})
u.search = '?new=1'
show('live', () => [...p].map((pair) => pair.join('=')))
for (const init of [
  '?a=1&b',
  'a=%zz&%61=+',
  '',
  undefined,
  null,
  5,
  [
    ['a', 1],
    ['b', 2],
  ],
  new Map([['k', 'v']]),
  { x: 1, y: [2, 3] },
])
  show(`init ${text(init)}`, () => String(new URLSearchParams(init)))
for (const bad of [[['a']], [1], [['a', 'b', 'c']], { [Symbol.iterator]: 1 }, Symbol('s')])
  show(`bad ${text(bad)}`, () => String(new URLSearchParams(bad)))
for (const name of ['append', 'delete', 'get', 'set', 'has']) show(`few ${name}`, () => p[name]())
show('forEach', () => p.forEach(5))
show('iterator', () => [Object.prototype.toString.call(p.entries()), p.entries().next().value, p[Symbol.iterator] === p.entries])
show('json', () => JSON.stringify({ u, p }))
