// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
for (const text of [
  'file:',
  'file:/',
  'file://',
  'file:///',
  'file:a',
  'file:/a',
  'file://a',
  'file://a/b',
  'file:///C:/x',
  'file:///C|/x',
  'file:C|/x',
  'file:///c:/../x',
  'file:///C:/a/../../x',
  'file://localhost/x',
  'file://C:/x',
  'file:..',
  'file:#a',
  'file:?a',
  'file:\\\\h\\a',
])
  console.log(text, new URL(text).href, '|', new URL(text, 'file:///D:/y/z?q').href, '|', new URL(text, 'file://host/y/z').host)
