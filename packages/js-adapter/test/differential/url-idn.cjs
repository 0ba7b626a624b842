// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const text of [
  'http://\u00e4.de',
  'http://xn--4ca.de',
  'http://XN--4CA.DE',
  'http://\u2603.net/',
  'http://fa\u00df.de',
  'http://\uff11.2.3.4',
  'http://a\u3002b',
  'http://%C3%A4.de',
  'foo://\u00e4.de',
])
  console.log(JSON.stringify(text), URL.canParse(text) ? new URL(text).host : 'no')
