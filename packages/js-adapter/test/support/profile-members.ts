// What the profile adds to the graph of an engine, by owner; `test/security/guest-graph.test.ts` admits nothing else. A new member of
// the profile is added here by hand, after a look at what it leads to.

function paths(byOwner: Readonly<Record<string, string>>): ReadonlySet<string> {
  return new Set(Object.entries(byOwner).flatMap(([owner, names]) => names.split(' ').map((name) => `${owner}.${name}`)))
}

/** Reachable from the global object, with either engine. */
export const PROFILE_MEMBERS: ReadonlySet<string> = paths({
  globalThis:
    'queueMicrotask DOMException setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate structuredClone atob btoa Event CustomEvent EventTarget AbortController AbortSignal Performance TextEncoder TextDecoder process console global performance Crypto URL URLSearchParams crypto#get performance#get performance#set',
  'globalThis.Symbol': 'dispose asyncDispose',
  // On ng: what keeps its own from a text in parts (`profile/mends.ts`).
  'globalThis.RegExp': 'escape',
  'globalThis.DOMException':
    'IN_USE_ATTRIBUTE_ERR INDEX_SIZE_ERR HIERARCHY_REQUEST_ERR WRONG_DOCUMENT_ERR INVALID_CHARACTER_ERR NO_MODIFICATION_ALLOWED_ERR NOT_FOUND_ERR NOT_SUPPORTED_ERR INVALID_STATE_ERR SYNTAX_ERR INVALID_MODIFICATION_ERR NAMESPACE_ERR INVALID_ACCESS_ERR TYPE_MISMATCH_ERR SECURITY_ERR NETWORK_ERR ABORT_ERR URL_MISMATCH_ERR QUOTA_EXCEEDED_ERR TIMEOUT_ERR INVALID_NODE_TYPE_ERR DATA_CLONE_ERR DOMSTRING_SIZE_ERR INUSE_ATTRIBUTE_ERR NO_DATA_ALLOWED_ERR VALIDATION_ERR',
  'globalThis.performance': '#proto',
  'globalThis.Event': 'NONE CAPTURING_PHASE AT_TARGET BUBBLING_PHASE',
  'globalThis.AbortSignal': 'abort timeout any',
  'globalThis.process':
    '#proto nextTick emitWarning exit exitCode#get exitCode#set _exiting#get _exiting#set hrtime uptime version platform argv env stdout stderr stderr#get stdout#get',
  'globalThis.process.@@Symbol': 'toStringTag',
  'globalThis.console':
    '#proto log info debug error warn dirxml dir assert trace clear group groupCollapsed groupEnd count countReset time timeEnd timeLog table',
  'globalThis.console.@@Symbol': 'toStringTag',
  'globalThis.DOMException.prototype':
    'name#get message#get code#get IN_USE_ATTRIBUTE_ERR INDEX_SIZE_ERR HIERARCHY_REQUEST_ERR WRONG_DOCUMENT_ERR INVALID_CHARACTER_ERR NO_MODIFICATION_ALLOWED_ERR NOT_FOUND_ERR NOT_SUPPORTED_ERR INVALID_STATE_ERR SYNTAX_ERR INVALID_MODIFICATION_ERR NAMESPACE_ERR INVALID_ACCESS_ERR TYPE_MISMATCH_ERR SECURITY_ERR NETWORK_ERR ABORT_ERR URL_MISMATCH_ERR QUOTA_EXCEEDED_ERR TIMEOUT_ERR INVALID_NODE_TYPE_ERR DATA_CLONE_ERR DOMSTRING_SIZE_ERR INUSE_ATTRIBUTE_ERR NO_DATA_ALLOWED_ERR VALIDATION_ERR',
  'globalThis.performance.#proto': '#proto constructor now timeOrigin#get toJSON',
  'globalThis.performance.#proto.@@Symbol': 'toStringTag',
  'globalThis.Event.prototype':
    'type#get target#get currentTarget#get srcElement#get bubbles#get cancelable#get composed#get defaultPrevented#get eventPhase#get timeStamp#get returnValue#get cancelBubble#get cancelBubble#set composedPath preventDefault stopPropagation stopImmediatePropagation NONE CAPTURING_PHASE AT_TARGET BUBBLING_PHASE initEvent returnValue#set',
  'globalThis.Event.prototype.@@Symbol': 'toStringTag',
  'globalThis.CustomEvent.prototype': 'detail#get',
  'globalThis.CustomEvent.prototype.@@Symbol': 'toStringTag',
  'globalThis.EventTarget.prototype': 'addEventListener removeEventListener dispatchEvent',
  'globalThis.EventTarget.prototype.@@Symbol': 'toStringTag',
  'globalThis.AbortController.prototype': 'signal#get abort',
  'globalThis.AbortController.prototype.@@Symbol': 'toStringTag',
  'globalThis.AbortSignal.prototype': 'aborted#get reason#get onabort#get onabort#set throwIfAborted',
  'globalThis.AbortSignal.prototype.@@Symbol': 'toStringTag',
  'globalThis.TextEncoder.prototype': 'encoding#get encode encodeInto',
  'globalThis.TextEncoder.prototype.@@Symbol': 'toStringTag',
  'globalThis.TextDecoder.prototype': 'encoding#get fatal#get ignoreBOM#get decode',
  'globalThis.TextDecoder.prototype.@@Symbol': 'toStringTag',
  'globalThis.process.#proto': '#proto constructor',
  'globalThis.process.hrtime': 'bigint',
  'globalThis.process.argv': '#proto 0 1 length',
  'globalThis.process.env': '#proto',
  'globalThis.process.stdout': '#proto write',
  'globalThis.process.stderr': '#proto write',
  'globalThis.console.#proto': '#proto',
  'globalThis.process.#proto.#proto':
    '#proto constructor on addListener prependListener once prependOnceListener off removeListener removeAllListeners emit listenerCount listeners rawListeners eventNames setMaxListeners getMaxListeners',
  'globalThis.DOMException.prototype.@@Symbol': 'toStringTag',
  'globalThis.AbortController.prototype.@@nodejs.util.inspect': 'custom',
  'globalThis.AbortSignal.prototype.@@nodejs.util.inspect': 'custom',
  'globalThis.Crypto.prototype.@@Symbol': 'toStringTag',
  'globalThis.Crypto.prototype': 'getRandomValues randomUUID',
  'globalThis.Event.prototype.@@nodejs.util.inspect': 'custom',
  'globalThis.EventTarget.prototype.@@nodejs.util.inspect': 'custom',
  'globalThis.Performance.prototype.@@Symbol': 'toStringTag',
  'globalThis.Performance.prototype.@@nodejs.util.inspect': 'custom',
  'globalThis.Performance.prototype': 'now timeOrigin#get toJSON',
  'globalThis.TextDecoder.prototype.@@nodejs.util.inspect': 'custom',
  'globalThis.TextEncoder.prototype.@@nodejs.util.inspect': 'custom',
  'globalThis.URL': 'canParse parse',
  'globalThis.URL.prototype.@@Symbol': 'toStringTag',
  'globalThis.URL.prototype.@@nodejs.util.inspect': 'custom',
  'globalThis.URL.prototype':
    'hash#get hash#set host#get host#set hostname#get hostname#set href#get href#set origin#get password#get password#set pathname#get pathname#set port#get port#set protocol#get protocol#set search#get search#set searchParams#get toJSON toString username#get username#set',
  'globalThis.URLSearchParams.prototype.@@Symbol': 'iterator toStringTag',
  'globalThis.URLSearchParams.prototype.@@nodejs.util.inspect': 'custom',
  'globalThis.URLSearchParams.prototype': 'append delete entries forEach get getAll has keys set size#get sort toString values',
})

/** Reachable from exposed functions, their results and errors, and objects that the profile makes. */
export const SEED_MEMBERS: ReadonlySet<string> = paths({
  globalThis: 'raw sync later throwing space',
  'globalThis.space': '#proto raw sync later',
  seed: 'controller refused answer event custom target exception timers encoder decoder clone pending hrtime encoded raw tooMany',
  'seed.controller': '#proto',
  'seed.refused': '#proto message stack',
  'seed.answer': '#proto list',
  'seed.event': '#proto isTrusted#get',
  'seed.custom': '#proto isTrusted#get',
  'seed.target': '#proto',
  'seed.exception': '#proto stack',
  'seed.timers': '#proto 0 1 2 length',
  'seed.encoder': '#proto',
  'seed.decoder': '#proto',
  'seed.clone': '#proto a',
  'seed.pending': '#proto',
  'seed.hrtime': '#proto 0 1 length',
  'seed.encoded': '#proto 0',
  'seed.answer.list': '#proto 0 1 2 length',
  'seed.timers.0':
    '#proto _idleTimeout _idlePrev _idleNext _idleStart _onTimeout _timerArgs _repeat _destroyed @@refed @@kHasPrimitive @@asyncId @@triggerId @@kAsyncContextFrame',
  'seed.timers.1':
    '#proto _idleTimeout _idlePrev _idleNext _idleStart _onTimeout _timerArgs _repeat _destroyed @@refed @@kHasPrimitive @@asyncId @@triggerId @@kAsyncContextFrame',
  'seed.timers.2': '#proto _idleNext _idlePrev _onImmediate _argv _destroyed @@refed @@asyncId @@triggerId @@kAsyncContextFrame',
  'seed.clone.a': '#proto 0 length',
  'seed.answer.list.1': '#proto #key #entry',
  'seed.answer.list.2': '#proto message stack',
  'seed.timers.0.#proto': '#proto constructor refresh unref ref hasRef close',
  'seed.timers.0.#proto.@@Symbol': 'toPrimitive dispose',
  'seed.timers.2.#proto': '#proto constructor ref unref hasRef',
  'seed.timers.2.#proto.@@Symbol': 'dispose',
  'seed.clone.a.0': '#proto',
  'seed.answer.list.1.#entry': '#proto 0 1',
  'seed.timers.0.#proto.@@nodejs.util.inspect': 'custom',
})
