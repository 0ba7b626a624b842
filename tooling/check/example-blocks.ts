// The `ts` blocks of Markdown files and doc comments, as modules that know where each of their lines stands.
import { parseSource } from './syntax.ts'

export interface ExampleModule {
  /** The file that the block stands in. */
  readonly file: string
  /** The code, and for each of its lines the 1-based line of `file`. */
  readonly code: readonly string[]
  readonly lines: readonly number[]
  /** The first `ts` block of the file, whatever its words. */
  readonly opening: boolean
  /** `ts ignore`: neither compiled nor run. */
  readonly ignored: boolean
}

interface MarkdownText {
  readonly text: readonly string[]
  /** 1-based line of the first line of the text in its file. */
  readonly startLine: number
}

const fence = /^(\s*)(`{3,}|~{3,})\s*(\S*)\s*(.*?)\s*$/

/** A block marked `ts continue` is appended to the module of the block before it. */
function exampleBlocks(file: string, { text, startLine }: MarkdownText): readonly ExampleModule[] {
  const modules: { file: string; code: string[]; lines: number[]; opening: boolean; ignored: boolean }[] = []
  let open: { readonly close: RegExp; readonly indent: number; readonly into: (typeof modules)[number] | undefined } | undefined
  for (const [index, line] of text.entries()) {
    if (open === undefined) {
      const [, indent = '', ticks = '', language = '', words = ''] = fence.exec(line) ?? []
      if (ticks === '') continue
      const isTs = language === 'ts' || language === 'typescript'
      const last = modules.at(-1)
      let into: (typeof modules)[number] | undefined
      if (isTs && words === 'continue' && last !== undefined) into = last
      else if (isTs) {
        into = { file, code: [], lines: [], opening: modules.length === 0, ignored: words.startsWith('ignore') }
        modules.push(into)
      }
      open = { close: new RegExp(`^\\s*${ticks[0]}{${ticks.length},}\\s*$`), indent: indent.length, into }
    } else if (open.close.test(line)) open = undefined
    else if (open.into !== undefined) {
      open.into.code.push(line.slice(Math.min(open.indent, line.length - line.trimStart().length)))
      open.into.lines.push(startLine + index)
    }
  }
  return modules
}

export function markdownExamples(file: string, text: string): readonly ExampleModule[] {
  return exampleBlocks(file, { text: text.split('\n'), startLine: 1 })
}

/** Blocks of the doc comments of a source file; each comment begins anew, so `ts continue` does not reach over comments. */
export function commentExamples(file: string, text: string): readonly ExampleModule[] {
  if (!text.includes('```')) return []
  const source = parseSource(file, text)
  return source.comments
    .filter(({ type, value }) => type === 'Block' && value.startsWith('*') && value.includes('```'))
    .flatMap(({ value, start }) => {
      const lines = value.split('\n').map((line) => line.replace(/^\s*\* ?/, ''))
      return exampleBlocks(file, { text: lines, startLine: source.lineAt(start) })
    })
    .map((block) => ({ ...block, opening: false }))
}
