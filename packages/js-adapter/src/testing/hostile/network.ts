// Programs that turn `fetch` against the host: what they must not reach, how they ask, how much, and what answers them.
import { hostileCases } from './case.ts'
import type { HostileCase, HostileClasses } from './case.ts'

/** In the guest: each is refused, and nothing of it tells of the host. What is wrong runs for ever. */
const REFUSED = `const refused = async (requests) => {
  for (const ask of requests) {
    let error
    try { await ask() } catch (e) { error = e }
    if (!(error instanceof TypeError) || /secret|10\\.9|srv|node:/.test(error.message + error.stack + JSON.stringify(error) + error.cause)) for (;;);
  }
};`
const asked = (urls: readonly string[]): string =>
  `${REFUSED} refused(${JSON.stringify(urls)}.map((url) => () => fetch(url))).then(() => 1)`
const U = "'http://allowed.example/ok'"

/** Ways to write another host, or one and the same for two parsers. */
const ELSEWHERE: readonly string[] = [
  'http://evil.example/',
  'http://allowed.example@evil.example/',
  'http://allowed.example:80@evil.example/',
  'http://evil.example#@allowed.example/',
  'http://evil.example?@allowed.example/',
  'http://evil.example\\@allowed.example/',
  'http://allowed.example.evil.example/',
  'http://allowed.example./',
  'http://allowed.example:81/',
  'https://allowed.example/',
  'http://user@allowed.example/',
  'http://allowed.exampl\u{435}/',
  'http://xn--allowed-example-8ib/',
  'http://allowed%2eexample%00.evil.example/',
  'http://allowed.example\t@evil.example/',
]
/** Another host where it stands alone; behind a redirect of the same scheme a path of the host that sent it. */
const SLASHLESS = 'http:evil.example/'
/** Ways to write the machine itself and its surroundings. */
const INSIDE: readonly string[] = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://2130706433/',
  'http://0x7f000001/',
  'http://0177.0.0.1/',
  'http://127.0.0.1./',
  'http://0/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:127.0.0.1]/',
  'http://[::ffff:7f00:1]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[fe80::1]/',
  'http://169.254.169.254/latest/meta-data',
  'http://2852039166/',
  'http://\u{2460}\u{2461}\u{2466}.0.0.1/',
  'http://localhost/',
  'http://localhost./',
  'file:///etc/passwd',
  'data:,x',
]

const classes: HostileClasses = {
  'requests that lead elsewhere': [
    [asked([...ELSEWHERE, SLASHLESS]), 'ok'],
    [asked(INSIDE), 'ok'],
    [asked([...ELSEWHERE, ...INSIDE].map((url) => `http://allowed.example/to?${encodeURIComponent(url)}`)), 'ok'],
    [
      asked(
        ['//evil.example/', '\\\\evil.example\\', '/\\evil.example', '\t//evil.example', 'javascript:1', '?', 'http://['].map(
          (url) =>
            `http://allowed.example/to?${encodeURIComponent(`http://allowed.example/to?${encodeURIComponent(url === '?' ? 'http://0/' : url)}`)}`,
        ),
      ),
      'ok',
    ],
    [asked(['http://allowed.example/loop']), 'ok'],
    ["fetch('http://allowed.example/cookie').then((r) => { if (/secret/.test([...r.headers].join())) for (;;); })", 'ok'],
  ],
  'requests that carry more than one': [
    [
      `${REFUSED} refused(['a\\r\\nHost: evil', 'a\\nb', 'a\\0', '\\u010d\\u010a', 'a\\r\\n\\r\\nGET / HTTP/1.1'].flatMap((bad) => [
        () => fetch(${U}, { headers: { 'x-a': bad } }), () => fetch(${U}, { headers: [[bad, 'x']] }), () => fetch(${U}, { method: bad }),
        () => fetch(${U}, { method: 'POST', body: 'x', headers: { 'Content-Type': bad } }), () => new Request(${U}).headers.append('x-a', bad),
      ])).then(() => 1)`,
      'ok',
    ],
    [`${REFUSED} refused(['CONNECT', 'trace', 'TrAcK'].map((method) => () => fetch(${U}, { method }))).then(() => 1)`, 'ok'],
    [
      `const names = ['Host', 'cookie', 'AUTHORIZATION', 'Content-Length', 'Transfer-Encoding', 'Connection', 'Upgrade', 'Proxy-Authorization', 'Sec-Fetch-Mode'];
      const r = new Request(${U}, { headers: [...names.map((n) => [n, 'x']), ['X-HTTP-Method-Override', 'get, TRACE'], ['x-method-override', ' connect']] });
      if ([...r.headers].length > 0) for (;;); r.headers.set('x-http-method', 'Track'); if ([...r.headers].length > 0) for (;;); 1`,
      'ok',
    ],
  ],
  'floods of requests': [
    ["for (;;) fetch('http://allowed.example/silent').catch(() => {})", 'soft', 'memory'],
    ["Promise.all(Array.from({ length: 300 }, () => fetch('http://allowed.example/silent')))", 'guest'],
    ["(async () => { for (;;) await fetch('http://allowed.example/ok') })()", 'wall', 'soft'],
    ["(async () => { for (;;) await fetch('http://allowed.example/silent').catch(() => {}) })()", 'wall', 'soft'],
    [
      "(async () => { for (;;) { const c = new AbortController(); fetch('http://allowed.example/deaf', { signal: c.signal }).catch(() => {}); c.abort(); await 0 } })()",
      'soft',
      'memory',
    ],
    [
      "(async () => { for (let i = 0; i < 100; i++) { const c = new AbortController(), f = fetch('http://allowed.example/deaf', { signal: c.signal }); setImmediate(() => c.abort()); await f.catch(() => {}) } return 1 })()",
      'ok',
    ],
    [
      "const kept = []; (async () => { for (;;) kept.push(await (await fetch('http://allowed.example/large')).bytes()) })()",
      'wall',
      'soft',
      'memory',
      'guest',
    ],
  ],
  'hostile arguments of requests': [
    [`fetch(${U}, { get method() { for (;;); } })`, 'soft'],
    [`fetch(${U}, { headers: { get a() { for (;;); } } })`, 'soft'],
    [`fetch(${U}, { headers: { *[Symbol.iterator]() { for (;;) yield ['a', 'b'] } } })`, 'soft', 'memory', 'guest'],
    // Each level's error tells of all levels below it, and what writes that down asks nobody.
    {
      source: `fetch(${U}, new Proxy({}, { get: function get() { return fetch(${U}, new Proxy({}, { get })) } }))`,
      expect: ['guest', 'stack', 'soft'],
      deep: ['hard'],
    },
    ['fetch({ toString() { for (;;); } })', 'soft'],
    [`fetch(${U}, { signal: new Proxy(new AbortController().signal, { get() { for (;;); } }) })`, 'guest', 'soft'],
    [`fetch(${U}, { method: 'POST', body: 'x'.repeat(3e7) })`, 'guest', 'soft', 'memory', 'hard'],
    [
      `const buffer = new ArrayBuffer(8, { maxByteLength: 1e6 }); fetch(${U}, { method: 'POST', body: new Uint8Array(buffer), get redirect() { buffer.resize?.(0) } }).then(() => 1)`,
      'ok',
      'guest',
    ],
  ],
  'hostile answers': [
    [
      `Promise.all(['endless', 'crumbs', 'headers'].map((path) => fetch('http://allowed.example/' + path).then(() => { for (;;); }, (e) => { if (e.code !== 'ERR_FETCH_SIZE' && e.code !== 'ERR_FETCH_TIMEOUT') for (;;); }))).then(() => 1)`,
      'ok',
    ],
    [
      `Promise.all(['slow', 'silent'].map((path) => fetch('http://allowed.example/' + path).then(() => { for (;;); }, (e) => { if (e.code !== 'ERR_FETCH_TIMEOUT') for (;;); }))).then(() => 1)`,
      'ok',
    ],
    [asked(['http://allowed.example/fails']), 'ok'],
    [
      `const met = []; for (const k of ['status', 'statusText', 'url', 'redirected', 'headers', 'body', 'bytes', 'used', 'guard', 'list', 'name', 'value', 'code', '0', '1', 'type'])
        Object.defineProperty(Object.prototype, k, { configurable: true, get() { met.push(k) }, set() { met.push(k) } });
      Array.prototype.push = Array.prototype.every = Promise.prototype.then = String.prototype.toLowerCase = function () { for (;;); };
      fetch(${U})`,
      'ok',
      'soft',
      'guest',
    ],
    [`Object.defineProperty(Response.prototype, 'then', { get() { for (;;); } }); fetch(${U})`, 'soft'],
    [`Response = Headers = Request = TypeError = function () { for (;;); }; fetch(${U}).then(() => 1)`, 'ok'],
  ],
}

export const network: readonly HostileCase[] = hostileCases(classes).map((hostile) => ({ ...hostile, network: true }))
