// Names of headers that do not pass between guest and network.

/** A name of a header or of a method, by RFC 9110. */
export const TOKEN: RegExp = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const NOT_SENT: ReadonlySet<string> = new Set([
  'accept-charset',
  'accept-encoding',
  'access-control-request-headers',
  'access-control-request-method',
  'access-control-request-private-network',
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'cookie2',
  'date',
  'dnt',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'origin',
  'referer',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
])

/** With which some servers let a header replace the method: the standard forbids them for the methods that it forbids. */
const METHOD_OVERRIDES: ReadonlySet<string> = new Set(['x-http-method', 'x-http-method-override', 'x-method-override'])
export const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])

/** Whether a guest may set a request header: the Fetch standard's forbidden names, and credentials. @param name - in lower case. */
export function isSendable(name: string, value: string): boolean {
  if (NOT_SENT.has(name) || name.startsWith('proxy-') || name.startsWith('sec-')) return false
  return !METHOD_OVERRIDES.has(name) || !value.split(',').some((method) => FORBIDDEN_METHODS.has(method.trim().toUpperCase()))
}

/** Whether a header is one line of a request whatever client writes it. */
export function isWellFormed(name: string, value: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return TOKEN.test(name) && /^[^\0\r\n\u0100-\uffff]*$/.test(value)
}

/** Whether a guest may see a response header. @param name - in lower case. */
export function isReadable(name: string): boolean {
  return name !== 'set-cookie' && name !== 'set-cookie2'
}

/** Text for the guest's own check of names: it says nothing of them by itself. */
export const NOT_SENT_NAMES: string = [...NOT_SENT].join(' ')
export const METHOD_OVERRIDE_NAMES: string = [...METHOD_OVERRIDES].join(' ')
