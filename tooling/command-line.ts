// Reads the words of a root script: help on request, one clear line and exit code 2 for anything it does not know.
import { parseArgs } from 'node:util'
import type { ParseArgsConfig } from 'node:util'
import { parseNodeLines } from './node-matrix/matrix.ts'
import type { NodeLine } from './node-matrix/matrix.ts'

type Options = NonNullable<ParseArgsConfig['options']>
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>

/** Ends the process for `--help` (0) and for wrong usage (2). @param usage - printed for both; its first line says how to call it. */
export function readCommandLine<const O extends Options>(usage: string, options: O, maxPositionals: number): Parsed<O> {
  let parsed: Parsed<O>
  try {
    if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
      process.stdout.write(`${usage}\n`)
      process.exit(0)
    }
    parsed = parseArgs({ options, allowPositionals: true })
  } catch (error) {
    endWithUsage(error instanceof Error ? error.message : String(error), usage)
  }
  if (parsed.positionals.length > maxPositionals) endWithUsage(`too many words: ${parsed.positionals.join(' ')}`, usage)
  return parsed
}

/** The lines that `--node` names. */
export function readNodeLines(text: string, usage: string): readonly NodeLine[] {
  try {
    return parseNodeLines(text)
  } catch (error) {
    endWithUsage(error instanceof Error ? error.message : String(error), usage)
  }
}

/** One line that says what was wrong, then how it is right. */
export function endWithUsage(problem: string, usage: string): never {
  process.stderr.write(`${problem}\n${usage}\n`)
  process.exit(2)
}
