// What the globals of `fetch` look like: kinds, flags and lengths, as one expression for guest and Node alike. `surface.json` is what Node 26.10 answers.
// Not the length of `fetch` itself: Node's takes its first argument by default, the standard's does not.

export const FETCH_SHAPE: string = String.raw`(() => {
      const flags = (o, k) => { const d = Object.getOwnPropertyDescriptor(o, k); return [k.toString(), typeof d.value, d.writable ?? null, d.enumerable, d.configurable, typeof d.get === 'function', typeof d.value === 'function' ? d.value.length : null] }
      return [...['fetch', 'Headers', 'Request', 'Response'].map((k) => flags(globalThis, k).slice(0, k === 'fetch' ? 6 : 7)), ...[Headers, Request, Response].map((C) => [C.name, C.length, Object.prototype.toString.call(C.prototype)]),
        ...Reflect.ownKeys(Headers.prototype).filter((k) => typeof k === 'string' || k === Symbol.iterator || k === Symbol.toStringTag).map((k) => flags(Headers.prototype, k)), ...['json', 'text', 'bytes', 'arrayBuffer', 'bodyUsed', 'clone', 'headers', 'ok', 'status', 'url', 'redirected', 'statusText', 'type'].map((k) => flags(Response.prototype, k)), ...['method', 'url', 'headers', 'redirect', 'signal', 'clone'].map((k) => flags(Request.prototype, k)), ...['json', 'error', 'redirect'].map((k) => flags(Response, k))].map(String).sort()
    })()`
