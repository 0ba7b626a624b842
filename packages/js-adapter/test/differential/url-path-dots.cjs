// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const path of [
  '/.',
  '/..',
  '/./',
  '/../',
  '/a/.',
  '/a/..',
  '/a/./',
  '/a/../',
  '/a/b/../..',
  '/%2e',
  '/%2E%2e/x',
  '/.%2e/x',
  '/...',
  '/a//b',
  '//a',
  '/a/../../..//b',
  '/.a',
  '/..a',
  '/a.',
  '/%2e%2',
  '/;/..',
])
  console.log(path, new URL('http://h' + path).pathname, new URL('foo://h' + path).pathname, new URL('foo:' + path).href)
