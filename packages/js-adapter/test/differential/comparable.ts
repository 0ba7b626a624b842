// What is compared of a program's output: stack frames, process ids and Node's advice on its own flags are left out.

const FRAME = /^\s*at (?:.*\(.*\)|\S*:\d+|<anonymous>|async .*)$/

export function comparable(output: string): string {
  return output
    .split('\n')
    .filter((line) => !FRAME.test(line) && !line.startsWith('(Use `node --trace'))
    .map((line) => line.replace(/^(\s*)at .*?( [{[])$/, '$1at a frame$2').replace(/^(\s*)at .*,$/, '$1at a frame,'))
    .join('\n')
    .replaceAll(/\((?:node|js-adapter):[\w-]+\)/g, '(process)')
}
