// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const starts = ['http://u:p@h:81/a/b?q#f', 'foo://h/a', 'foo:a', 'file:///a']
const tries = {
  protocol: ['https', 'foo:', 'http:x', '', '1', 'file'],
  username: ['', 'a b', '\u00e4:'],
  password: ['', 'x@y'],
  host: ['x:9', 'X', '', '[::1]:8', 'a b', '1.2', 'x/y'],
  hostname: ['y:9', 'Z', '', 'a?b'],
  port: ['', '80', '443', '8a', 'a8', '65536', '0'],
  pathname: ['', '/', 'a/../b', '//x', 'a?b#c', '\\x'],
  search: ['', '?', 'x', '?a b', '#'],
  hash: ['', '#', 'x', '#a b`'],
  href: ['http://z/', 'nope'],
}
for (const start of starts)
  for (const [name, values] of Object.entries(tries))
    for (const value of values) {
      const u = new URL(start)
      try {
        u[name] = value
        console.log(start, name, JSON.stringify(value), u.href)
      } catch (e) {
        console.log(start, name, JSON.stringify(value), e.name, e.code, u.href)
      }
    }
