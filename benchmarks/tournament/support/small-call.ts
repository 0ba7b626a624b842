// The same small job for every sandbox: a script is loaded into a fresh one, its function called, the result checked.
export const SOURCE = 'function main(a, b) { return { sum: a + b, list: [a, b].map((x) => x * 2) } }'
export const CALL = 'JSON.stringify(main(20, 22))'
export const ANSWER = '{"sum":42,"list":[40,44]}'

export function check(answer: unknown): void {
  const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
  if (text !== ANSWER) throw new Error(`main(20, 22) answered ${text}`)
}
