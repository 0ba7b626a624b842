// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
const list = []
for (let i = 0; i < 5; i++)
  list.push(
    setTimeout(() => {
      console.log(i)
      if (i === 0) clearTimeout(list[1])
      if (i === 2) {
        clearTimeout(list[3])
        clearTimeout(list[2])
      }
    }, 2),
  )
const ims = []
for (let i = 0; i < 4; i++)
  ims.push(
    setImmediate(() => {
      console.log('im', i)
      if (i === 0) clearImmediate(ims[2])
    }),
  )
