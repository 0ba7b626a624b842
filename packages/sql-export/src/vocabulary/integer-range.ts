// How large an integer a column can hold, by its declared type.

const BITS: Readonly<Record<string, number>> = {
  tinyint: 8,
  int1: 8,
  smallint: 16,
  int2: 16,
  mediumint: 24,
  int3: 24,
  int4: 32,
}

/** Types whose range depends on the engine: SQLite's `INTEGER` has 64 bits, `integer` and `int` of the servers have 32. */
const SERVER_INT = /^(integer|int)\b/

/** The greatest value of an integer column. SQLite's types, and types that are not known, have 64 bits. */
export function greatestInteger(type: string, isServer = false): bigint {
  const isUnsigned = /\bunsigned\b/i.test(type)
  const name = /^[a-z0-9]+/.exec(type.toLowerCase())?.[0] ?? ''
  const bits = isServer && SERVER_INT.test(type.toLowerCase()) ? 32 : ((isServer ? BITS[name] : undefined) ?? 64)
  return 2n ** BigInt(isUnsigned ? bits : bits - 1) - 1n
}
