// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const text of [
  'mailto:a@b',
  'mailto:',
  'data:text/plain,a b',
  'data: x ?a',
  'data:x  ',
  'data: x #f',
  'data:x?q #f',
  'javascript:alert(1)',
  'urn:a:b#c',
  'about:blank',
  'foo:a/../b',
  'foo:"<>`{}|^ a',
  'tel:123',
  'blob:http://a/x',
  'blob:https://a:443/x',
  'blob:foo',
  'blob:ftp://a/',
]) {
  const u = new URL(text)
  console.log([u.href, u.origin, u.pathname, u.search, u.hash, u.host].map((x) => JSON.stringify(x)).join(' '))
}
