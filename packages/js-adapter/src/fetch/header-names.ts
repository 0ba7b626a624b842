// Names of headers that do not pass between guest and network.

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

/** Whether a guest may set a request header: the Fetch standard's forbidden names, and credentials. @param name - in lower case. */
export function isSendable(name: string): boolean {
  return !NOT_SENT.has(name) && !name.startsWith('proxy-') && !name.startsWith('sec-')
}

/** Whether a guest may see a response header. @param name - in lower case. */
export function isReadable(name: string): boolean {
  return name !== 'set-cookie' && name !== 'set-cookie2'
}

/** Text for the guest's own check of names: it says nothing of them by itself. */
export const NOT_SENT_NAMES: string = [...NOT_SENT].join(' ')
