// The high word of a double, read and written through a shared view.

const HIGH: 0 | 1 = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

// Each view belongs to a closure: bundlers turn a module's constants into variables, which the optimiser does not fold, and
// `record` took half as long again. A value is written and read back at once, so no state outlives a call.

/** Sign, exponent and the upper 20 bits of the mantissa. */
export const highWord: (value: number) => number = (() => {
  const bits = new Float64Array(1)
  const words = new Int32Array(bits.buffer)
  const high = HIGH
  return (value) => {
    bits[0] = value
    return words[high] as number
  }
})()

/** The double with this high word and a low word of zero. */
export const fromHighWord: (word: number) => number = (() => {
  const bits = new Float64Array(1)
  const words = new Int32Array(bits.buffer)
  const high = HIGH
  return (word) => {
    words[high] = word
    return bits[0] as number
  }
})()
