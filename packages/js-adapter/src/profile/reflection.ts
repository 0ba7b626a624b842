// Guest source: which host error a guest error stands for.

export const reflection: string = String.raw`
const hostErrorIds = new $WeakMap()
`
