// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const s = AbortSignal.timeout(5)
s.onabort = () => console.log(s.reason.name, s.reason.code, s.reason.message)
AbortSignal.timeout(100000).addEventListener('abort', () => console.log('never'))
setTimeout(() => console.log(s.aborted), 60)
const any = AbortSignal.any([AbortSignal.timeout(5), new AbortController().signal])
any.addEventListener('abort', () => console.log('any', any.reason.name))
