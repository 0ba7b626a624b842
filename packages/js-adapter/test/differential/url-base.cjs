// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const bases = ['http://h/p/q?r#s', 'file:///C:/d/e', 'foo://h/p/q', 'mailto:x', 'https://u:p@h:81/x/y/', 'foo:/p/q']
for (const base of bases)
  for (const text of [
    '',
    '.',
    '..',
    './a',
    '../a',
    '../../../a',
    '/a',
    '//b',
    '//b/c',
    '?a',
    '#a',
    'a/./b/../c',
    'a/%2e/b',
    'a/%2E%2e/b',
    '\\a',
    'a\\b',
    'http:a',
    'http:/a',
    'file:x',
    'C|/x',
    '/C:/x',
  ])
    try {
      console.log(base, JSON.stringify(text), new URL(text, base).href)
    } catch (e) {
      console.log(base, JSON.stringify(text), e.code, e.input, e.base)
    }
