// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
process.on('unhandledRejection', (r) => console.log('unhandled', r))
Promise.all([Promise.reject(1), Promise.reject(2)]).catch((e) => console.log('all', e))
Promise.allSettled([Promise.reject(3)]).then(() => console.log('settled'))
Promise.race([Promise.reject(4), Promise.reject(5)])
Promise.reject(6).finally(() => console.log('finally'))
Promise.reject(7).then(() => {})
