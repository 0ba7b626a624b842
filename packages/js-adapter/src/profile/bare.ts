// Guest source: what a guest without the host profile has in its place: an end, and errors that nothing took.

export const bare: string = String.raw`
let maxTimers = 0, fatal = false
cellsF[16] = Infinity
const constructorOf = () => 'Object'
const spin = () => { for (;;); }
const exit = (code) => { host(2, code); spin() }
const emitBeforeExit = () => {}, emitExit = () => 0
const dropTicks = () => {}, settleInterrupted = () => {}
const uncaught = (error, origin) => {
  if (fatal) return false
  fatal = true
  host(9, error, origin)
  exit(1)
}
const hears = () => false, emit = () => false
/* The globals of both engines are those of the language: what one of them adds of its own is taken away. */
const installProfile = () => {
  for (const name of ['queueMicrotask', 'performance', 'DOMException', 'SharedArrayBuffer', 'gc']) delete $globalThis[name]
}
`
