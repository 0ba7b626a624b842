// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('warning', (w) => console.log(w.name, w.message, w.code))
process.emitWarning('old', 'DeprecationWarning', 'DEP1')
process.emitWarning('old', 'DeprecationWarning', 'DEP1')
process.emitWarning('again')
process.emitWarning('again')
