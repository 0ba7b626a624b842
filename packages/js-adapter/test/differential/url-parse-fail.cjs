// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const text of [
  '',
  'a',
  '//a',
  'http://',
  'http:',
  'https://?',
  'http://a b',
  'http://a:b',
  'http://a:65536',
  'http://a<b',
  'http://a|b',
  'http://%zz',
  'http://[::1',
  'http://[g::1]',
  'http://1.2.3.256',
  'http://1.2.3.4.5',
  'http://a.09',
  'http://4294967296',
  'http://a%00',
  'http://@',
  'http://:80',
  'foo://@',
  'foo://a<b',
  '1http://a',
  ':a',
])
  try {
    console.log(text, new URL(text).href)
  } catch (e) {
    console.log(JSON.stringify(text), e.name, e.code, e.message, JSON.stringify(e.input), e.base)
  }
