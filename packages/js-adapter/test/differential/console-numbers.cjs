// Guest script: what it prints under Node is recorded beside it.
/* oxlint-disable */
console.log(0, -0, [0, -0], 1e21, 1e-7, 123456789.123, NaN, -Infinity, 0.1 + 0.2, 2 ** 53, [1, -1], 10n, [-10n], 0x1f)
console.log('%d %d %d %d %d', 1.5, '0x10', 5n, 'x', {}, 7)
console.log('%i %i %i %i', 1.9, '12px', 5n, 'x')
console.log('%f %f %f', '1.5abc', 2, 'x')
